/** The public interface of the kernel bridge: import nothing else of it. */
export { agentFolder } from './agent-code.ts'
export { isElsewhere, nameElsewhere } from './elsewhere.ts'
export {
  KernelDeadError,
  KernelStartError,
  type Problem,
  RequestTimeoutError,
  type StartFailure,
} from './errors.ts'
export { messageIdOf } from './execute-request.ts'
export {
  type Death,
  type ExecuteOutcome,
  type ExecuteRequest,
  type Execution,
  type FoundKernel,
  type Kernel,
  type KernelAbility,
  type KernelAddress,
  type KernelAllocation,
  type KernelCommand,
  type KernelEvents,
  type KernelHere,
  type KernelHereProcess,
  type KernelKey,
  type KernelObjects,
  type KernelPlace,
  type KernelSpec,
  type KernelStatus,
  type Kernels,
  LOCAL,
  type Ownership,
  type SpooledRun,
  type StartNotice,
  type StartOptions,
  type WrapCommand,
} from './kernel.ts'
export { createKernels, type KernelsOptions } from './kernels.ts'
export { findKernelSpecs, type Interpreter } from './kernelspecs.ts'
export { AgentContent } from './late.ts'
export type { Channel, Header, Json, JsonObject, Message, ParentHeader } from './message.ts'
export type { Signer } from './process-record.ts'
export type { Connections, KernelProvider, MakeProvider, ProviderContext } from './provider.ts'
export { askForKernels } from './providers/jupyter/server-look.ts'
export { lookAt as lookAtCluster } from './providers/slurm/cluster-look.ts'
export { slurmCommands } from './providers/slurm/clusters.ts'
export type { Partition } from './providers/slurm/queue-lines.ts'
export { SlurmEntry, slurmProblem } from './providers/slurm/settings.ts'
export { testSlurm } from './providers/slurm/test-entry.ts'
export { lookAtHost } from './providers/ssh.ts'
export { AgentDigest, AgentEdge, AgentRecord, EdgeKind, EdgeTarget } from './record.ts'
export { removeFile } from './remove-file.ts'
export { KnownSecrets, variableSecrets } from './secrets/known.ts'
export { fingerprintsIn, Masker, SIGN } from './secrets/masker.ts'
export { isSecretFile, nameClass } from './secrets/names.ts'
export { isSealed, type Seal, sealWith, UnsealError } from './secrets/seal.ts'
export { StreamMask } from './secrets/stream.ts'
