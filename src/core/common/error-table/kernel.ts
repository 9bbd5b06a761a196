// DS7xxx: Jupyter kernel and its installation.
export const kernelErrors = {
  DS7001: { what: 'the connection file {path} cannot be read', remedy: 'start the kernel through Jupyter, or pass a file that Jupyter wrote' },
} as const;
