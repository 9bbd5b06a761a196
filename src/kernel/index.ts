// The Jupyter front door.
export { installKernel, listKernels, removeKernel, type InstalledKernel, type InstallOptions } from './install.ts';
export { runKernel, type RunKernelOptions } from './run.ts';
