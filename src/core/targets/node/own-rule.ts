// Which files are own code when nobody says so.

/** The app's files outside node_modules, or the package of the main script when that lies in node_modules. */
export function ownRule(cwd: string, mainScript: string): (path: string) => boolean {
  const marker = '/node_modules/';
  const at = mainScript.lastIndexOf(marker);
  if (at >= 0) {
    const [first = '', second = ''] = mainScript.slice(at + marker.length).split('/');
    const folder = `${mainScript.slice(0, at + marker.length)}${first.startsWith('@') ? `${first}/${second}` : first}/`;
    return (path) => path.startsWith(folder) && !path.slice(folder.length).includes('node_modules/');
  }
  const root = cwd.endsWith('/') ? cwd : `${cwd}/`;
  const mainFolder = mainScript.slice(0, mainScript.lastIndexOf('/') + 1);
  // An app that is started from elsewhere is still the app.
  const roots = mainFolder === '' || mainFolder.startsWith(root) ? [root] : [root, mainFolder];
  return (path) => !path.includes(marker) && roots.some((folder) => path.startsWith(folder));
}
