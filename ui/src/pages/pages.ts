/** The pages of the frame: a new one is a name in the router, a component and an entry here. */
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import GlassWater from '@lucide/svelte/icons/glass-water';
import KeyRound from '@lucide/svelte/icons/key-round';
import Settings2 from '@lucide/svelte/icons/settings-2';
import Stethoscope from '@lucide/svelte/icons/stethoscope';
import Waypoints from '@lucide/svelte/icons/waypoints';
import type { Component } from 'svelte';
import type { Messages } from '../lib/i18n/catalogue';
import type { PageName } from '../lib/stores/router.svelte';
import About from './About.svelte';
import Credentials from './Credentials.svelte';
import Overview from './Overview.svelte';
import Proxy from './Proxy.svelte';
import Scheduler from './Scheduler.svelte';
import Settings from './Settings.svelte';

export interface Page {
  name: PageName;
  icon: typeof GlassWater;
  title: (texts: Messages) => string;
  view: Component;
  /** `work` stands at the top of the rail, `house` at its foot. */
  place: 'work' | 'house';
}

export const pages: readonly Page[] = [
  { name: 'overview', icon: GlassWater, title: (texts) => texts.nav.overview, view: Overview, place: 'work' },
  {
    name: 'credentials',
    icon: KeyRound,
    title: (texts) => texts.nav.credentials,
    view: Credentials,
    place: 'work',
  },
  {
    name: 'scheduler',
    icon: CalendarClock,
    title: (texts) => texts.nav.scheduler,
    view: Scheduler,
    place: 'work',
  },
  { name: 'proxy', icon: Waypoints, title: (texts) => texts.nav.proxy, view: Proxy, place: 'work' },
  { name: 'about', icon: Stethoscope, title: (texts) => texts.nav.about, view: About, place: 'house' },
  { name: 'settings', icon: Settings2, title: (texts) => texts.nav.settings, view: Settings, place: 'house' },
];
