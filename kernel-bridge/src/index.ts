/** The public interface of the kernel bridge: import nothing else of it. */
export { agentFolder } from './agent-code.ts'
export {
  KernelDeadError,
  KernelStartError,
  type Problem,
  RequestTimeoutError,
  type StartFailure,
} from './errors.ts'
export { messageIdOf } from './execute-request.ts'
export type {
  Death,
  ExecuteOutcome,
  ExecuteRequest,
  Execution,
  FoundKernel,
  Kernel,
  KernelAddress,
  KernelCommand,
  KernelEvents,
  KernelHere,
  KernelSpec,
  KernelStatus,
  Kernels,
  SpooledRun,
  StartOptions,
  WrapCommand,
} from './kernel.ts'
export { createKernels, type KernelsOptions } from './kernels.ts'
export { findKernelSpecs, type Interpreter } from './kernelspecs.ts'
export { AgentContent } from './late.ts'
export type { Channel, Header, Json, JsonObject, Message, ParentHeader } from './message.ts'
export type { Ownership, Signer } from './process-record.ts'
export { AgentDigest, AgentEdge, AgentRecord, EdgeKind, EdgeTarget } from './record.ts'
export { removeFile } from './remove-file.ts'
export { KnownSecrets, variableSecrets } from './secrets/known.ts'
export { fingerprintsIn, Masker, SIGN } from './secrets/masker.ts'
export { isSecretFile, nameClass } from './secrets/names.ts'
export { isSealed, type Seal, sealWith, UnsealError } from './secrets/seal.ts'
export { StreamMask } from './secrets/stream.ts'
