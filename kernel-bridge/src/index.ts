/** The public door of the kernel bridge: nothing else here is anybody's business. */
export {
  KernelDeadError,
  KernelStartError,
  type Problem,
  RequestTimeoutError,
  type StartFailure,
} from './errors.ts'
export type {
  Death,
  ExecuteOutcome,
  ExecuteRequest,
  Execution,
  FoundKernel,
  Kernel,
  KernelAddress,
  KernelEvents,
  KernelSpec,
  KernelStatus,
  Kernels,
  SpooledRun,
  StartOptions,
} from './kernel.ts'
export { createKernels, type KernelsOptions } from './kernels.ts'
export { findKernelSpecs, type Interpreter } from './kernelspecs.ts'
export type { Channel, Header, Json, JsonObject, Message, ParentHeader } from './message.ts'
export { AgentDigest, AgentEdge, AgentRecord, EdgeKind, EdgeTarget } from './record.ts'
export { removeFile } from './remove-file.ts'
