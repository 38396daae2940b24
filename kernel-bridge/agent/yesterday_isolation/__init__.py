"""Starts a kernel where it cannot change anything outside. Linux, standard library only.

`namespaces`: a process tree with its own mounts, processes and network. Each folder of the file system is an overlay:
reads see the real files, writes go to a private upper layer. `landlock`: a process tree that may write only to named
folders. The server starts both with a configuration file and reads the outcome from `state.json` in the store folder.
"""
