// The pages of the console, in the order of the navigation. Each is a module that is loaded when it is first opened.

export const PAGES = [
  { name: '', title: 'Overview', load: () => import('./pages/overview.js') },
  { name: 'images', title: 'Saved Images', load: () => import('./images/page.js') },
  { name: 'explorer', title: 'API explorer', load: () => import('./explorer/page.js') },
  { name: 'requests', title: 'Requests', load: () => import('./pages/requests.js') },
  { name: 'unread', title: 'Unread input', load: () => import('./pages/unread.js') },
  { name: 'faults', title: 'Faults', load: () => import('./pages/faults.js') },
  { name: 'pace', title: 'Pace', load: () => import('./pages/pace.js') },
  { name: 'clock', title: 'Clock', load: () => import('./pages/clock.js') },
  { name: 'snapshots', title: 'Snapshots', load: () => import('./pages/snapshots.js') },
  { name: 'sandboxes', title: 'Sandboxes', load: () => import('./pages/sandboxes.js') },
  { name: 'seeds', title: 'Seeds', load: () => import('./pages/seeds.js') },
  { name: 'settings', title: 'Settings', load: () => import('./pages/settings.js') },
  { name: 'policy', title: 'Policy', load: () => import('./pages/policy.js') },
];
