/** The pages of the frame: a new one is a name in the router, a component and an entry here. */
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import ChartGantt from '@lucide/svelte/icons/chart-gantt';
import ChartLine from '@lucide/svelte/icons/chart-line';
import GlassWater from '@lucide/svelte/icons/glass-water';
import KeyRound from '@lucide/svelte/icons/key-round';
import Settings2 from '@lucide/svelte/icons/settings-2';
import Stethoscope from '@lucide/svelte/icons/stethoscope';
import Waypoints from '@lucide/svelte/icons/waypoints';
import type { Component } from 'svelte';
import type { Messages } from '../lib/i18n/catalogue';
import type { PageName } from '../lib/stores/router.svelte';

export interface Page {
  name: PageName;
  icon: typeof GlassWater;
  title: (texts: Messages) => string;
  /** Loads the page's code; what is not opened at first is not loaded at first. */
  load: () => Promise<{ default: Component }>;
  /** `work` stands at the top of the rail, `house` at its foot, `inner` is reached from another page. */
  place: 'work' | 'house' | 'inner';
}

export const pages: readonly Page[] = [
  {
    name: 'overview',
    icon: GlassWater,
    title: (texts) => texts.nav.overview,
    load: () => import('./Overview.svelte'),
    place: 'work',
  },
  {
    name: 'timeline',
    icon: ChartGantt,
    title: (texts) => texts.nav.timeline,
    load: () => import('./Timeline.svelte'),
    place: 'work',
  },
  {
    name: 'history',
    icon: ChartLine,
    title: (texts) => texts.nav.history,
    load: () => import('./History.svelte'),
    place: 'work',
  },
  {
    name: 'scheduler',
    icon: CalendarClock,
    title: (texts) => texts.nav.scheduler,
    load: () => import('./Scheduler.svelte'),
    place: 'work',
  },
  {
    name: 'proxy',
    icon: Waypoints,
    title: (texts) => texts.nav.proxy,
    load: () => import('./Proxy.svelte'),
    place: 'work',
  },
  {
    name: 'credentials',
    icon: KeyRound,
    title: (texts) => texts.nav.credentials,
    load: () => import('./Credentials.svelte'),
    place: 'house',
  },
  {
    name: 'about',
    icon: Stethoscope,
    title: (texts) => texts.nav.about,
    load: () => import('./About.svelte'),
    place: 'house',
  },
  {
    name: 'settings',
    icon: Settings2,
    title: (texts) => texts.nav.settings,
    load: () => import('./Settings.svelte'),
    place: 'house',
  },
  {
    name: 'credential',
    icon: KeyRound,
    title: (texts) => texts.nav.credential,
    load: () => import('./Credential.svelte'),
    place: 'inner',
  },
];
