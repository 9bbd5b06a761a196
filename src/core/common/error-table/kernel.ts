// DS7xxx: Jupyter kernel and its installation.
export const kernelErrors = {
  DS7001: {
    what: 'the connection file {path} cannot be read: {reason}',
    remedy: 'start the kernel through Jupyter, or pass a file that Jupyter wrote',
  },
  DS7002: {
    what: 'the connection file {path} has {value} as {field}',
    remedy: 'start the kernel through Jupyter, or pass a file that Jupyter wrote',
  },
  DS7003: {
    what: 'the connection file {path} has no key, so anybody could send code to this kernel',
    remedy: 'let Jupyter sign messages: remove an empty Session.key from its configuration',
  },
  DS7004: {
    what: 'the kernel cannot listen at {address} ({channel}): {reason}',
    remedy: 'start the kernel again, so that Jupyter chooses free ports',
  },
  DS7005: {
    what: 'a message of type {type} says {field} = {value}',
    remedy: 'send what the Jupyter messaging protocol 5.4 asks for',
  },
  DS7010: {
    what: '{name} is no name for a kernel',
    remedy: 'use letters, digits, dot, underscore and minus, such as --name devsandbox-shop',
  },
  DS7011: {
    what: 'no folder of a Python environment was found for --sys-prefix',
    remedy: 'activate the environment first, or pass its folder with --prefix PATH',
  },
  DS7012: {
    what: 'the kernel {name} cannot be written to {path}: {reason}',
    remedy: 'install it for yourself with --user, or to a folder of yours with --prefix PATH',
  },
  DS7013: {
    what: 'no kernel named {name} was installed by devsandbox',
    remedy: 'list the installed ones with "devsandbox kernel list"',
  },
  DS7014: {
    what: 'the kernel {name} at {path} was not installed by devsandbox',
    remedy: 'choose another name with --name, or remove it with "jupyter kernelspec remove {name}"',
  },
} as const;
