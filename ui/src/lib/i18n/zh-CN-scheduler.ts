/** 简体中文：手动预热与自动任务页面。 */
import type { Messages } from './en';

export const warmupTexts: Messages['warmup'] = {
  all: '全部预热…',
  ofCredential: (name) => `预热 ${name}`,
  ofModel: (model, name) => `预热 ${name} 的 ${model}`,
  column: '预热',
  hint: '向每组发送一个极小的请求，让它现在开始计时',
  running: '正在预热…',
  reading: '先读取额度…',
  progress: (done, total) => `正在预热 (${done}/${total})`,
  cancel: '停止',
  cancelling: '正在停止…',
  details: '详情',

  consentTitle: '第一次预热之前',
  consentAgree: '同意并继续',
  consentNote: '你的同意会连同日期一起保存。预热可以随时关闭。',

  forceTitle: (count) => `有 ${count} 个预热被暂缓`,
  forceText: () => '仍然可以发送，每一个都会计入每天的次数。',
  forceSent: (count) => `其余 ${count} 个请求已经发出。`,
  force: (count) => (count === 1 ? '仍然发送' : `仍然发送这 ${count} 个`),
  forceNot: '不发送',

  one: (outcome, model, name, detail) => {
    const of = `${name} 的 ${model}`;
    const why = detail === '' ? '。' : `：${detail}`;
    switch (outcome) {
      case 'sent':
        return `${of} 已预热，约 90\u202f秒后可以看到是否开始计时。`;
      case 'refused':
        return `服务拒绝了 ${of} 的预热${why}`;
      case 'stopped':
        return `${of} 的预热已停止${why}`;
      default:
        return `无法确定 ${of} 的预热是否送达${why}`;
    }
  },
  nothing: '没有可以预热的内容：没有任何凭据的窗口可以开始计时。',
  allHeld: (count) => `没有发送任何请求：${count} 个被暂缓。`,
  summary: ({ sent, refused, unknown, stopped }) => {
    const parts = [`${sent + refused + unknown + stopped} 个中 ${sent} 个已预热`];
    if (refused > 0) parts.push(`${refused} 个被拒绝`);
    if (unknown > 0) parts.push(`${unknown} 个结果未知`);
    if (stopped > 0) parts.push(`${stopped} 个已停止`);
    return `${parts.join('，')}。`;
  },

  outcomes: {
    waiting: '等待中',
    pending: '发送中',
    sent: '已发送',
    refused: '被拒绝',
    unknown: '结果未知',
    stopped: '已停止',
    not_done: '未发送',
    started: '已开始计时',
    no_effect: '没有效果',
  },
  verdicts: {
    warm: '会预热',
    planned: '稍后预热',
    not_full: '正在使用',
    already_running: '已在计时',
    cooling_down: '不久前已预热',
    resting: '暂停中',
    weekly_low: '本周额度将尽',
    backing_off: '失败后等待',
    no_effect: '没有效果',
    budget_spent: '已达每天上限',
    unused: '多日未使用',
    same_group: '与另一个同一窗口',
    follow_skipped: '只随同预热',
    quota_unknown: '额度未知',
    off: '关闭',
  },
};

export const schedulerTexts: Messages['scheduler'] = {
  title: '自动任务',
  sentence: {
    warming: (done, total) => `正在预热，${total} 个中已完成 ${done} 个。`,
    warmupOn: (time) => `预热将在 ${time} 再次检查。`,
    warmupOnNow: '预热已开启。',
    readingOn: (time) => `预热已关闭，${time} 再次读取额度。`,
    readingOnNow: '预热已关闭，额度在后台读取。',
    allOff: '没有任何任务自动运行。',
  },
  switches: '自动运行的任务',
  moreSettings: '全部设置',
  consentGiven: (when) => `你于 ${when} 同意了预热。`,
  consentNone: '尚未有人同意预热。',
  consentRead: '会发送什么，条款怎么说',

  views: { label: '视图', now: '当前', rests: '暂停项' },

  jobs: '任务',
  jobNames: { refresh: '后台读取', warmup: '预热', housekeeping: '整理' },
  jobAbout: {
    refresh: '读取每个使用中凭据的额度',
    warmup: '查找可以开始计时的窗口',
    housekeeping: '精简旧的历史记录',
  },
  off: '已关闭',
  running: '正在运行',
  next: '下次',
  noNext: '没有安排',
  last: '上次',
  never: '尚未运行',
  took: (length) => `用时 ${length}`,
  whys: {
    period: '到了时间',
    reset: '有额度恢复',
    near_floor: '有额度接近下限',
    new: '有新的凭据',
    wake: '电脑被唤醒',
    asked: '应你的要求',
  },
  runs: (count) => `定时 ${count} 次`,
  eventRuns: (count) => `因事件 ${count} 次`,
  missed: (count) => `错过 ${count} 次`,
  runsHint: '自程序启动以来。错过：例如电脑睡眠时未能运行，之后不会补做。',
  stretched: (minutes) => `按照请求服务的节奏，完整一轮需要 ${minutes}\u202f分钟，比你设定的间隔长。`,

  round: {
    now: '正在预热',
    last: '上一轮',
    none: '程序启动以来还没有预热。',
    by: { manual: '手动', automatic: '自动' },
    progress: '本轮进度',
    held: (count) => `${count} 个被暂缓`,
    showHeld: (count) => `显示被暂缓的 ${count} 个`,
  },

  rehearsal: {
    title: '现在检查会做什么',
    text: '假设预热已开启。不会发送任何请求。',
    again: '重新查看',
    looking: '正在查看…',
    at: (age) => `${age}查看`,
    by: '分组方式',
    byVerdict: '按决定',
    byCredential: '按凭据',
    wouldSend: (count) => `会发出 ${count} 个请求`,
    wouldSendNone: '不会发送任何请求',
    empty: '没有可以查看的内容：没有使用中的 Antigravity 凭据。',
    lines: (count) => `${count} 项`,
  },

  rests: {
    title: '暂停项',
    text: '因服务的应答，在此之前不使用。受保护的模型显示在各自的行中。',
    empty: '没有暂停项。',
    emptyText: '当服务拒绝某个模型或凭据时，会在这里显示原因和恢复方式。',
    reasons: {
      quota_empty: '额度用尽',
      rate: '请求过多',
      refused: '被拒绝',
      not_offered: '不提供',
      unauthenticated: '需重新登录',
    },
    scopes: {
      credential: () => '全部',
      group: (subject) => subject,
      model: (subject) => subject,
    },
    left: '剩余时间',
    since: (when) => `自 ${when}`,
    until: (when) => `至 ${when}`,
    evidence: '服务的原话',
    clear: '解除',
    clearName: (what, name) => `解除 ${name} 的 ${what} 的暂停`,
    clearTitle: (what, name) => `重新使用 ${name} 的 ${what}？`,
    clearText: '下一个请求可以立即使用它。如果服务再次拒绝，它会再次暂停。现在不会发送任何请求。',
    clearDo: '解除暂停',
    clearing: '正在解除…',
    cleared: (what, name) => `${name} 的 ${what} 已恢复使用。`,
  },

  decisions: {
    title: '决定',
    search: '搜索决定',
    searchHint: '句子中的文字',
    kind: '类别',
    all: '全部',
    kinds: { warmup: '预热', protection: '保护', cooldown: '暂停', drain: '其他地方的使用' },
    credential: '凭据',
    anyCredential: '所有凭据',
    span: '时间范围',
    spans: { '1d': '最近一天', '7d': '最近 7 天', '30d': '最近 30 天' },
    empty: '这段时间没有任何决定。',
    emptyText: '做了什么、没做什么，都会连同原因记录在这里。',
    noMatch: '没有匹配的决定。',
    noMatchWiden: '显示全部决定',
    stillSo: (until) => `${until} 仍然如此`,
    until: (when) => `至 ${when}`,
    more: '显示更多',
    count: (count) => `显示 ${count} 条`,
  },

  history: {
    warmups: '预热',
    span: '最近 7 天',
    empty: '最近 7 天没有预热。',
    emptyText: '预热发送后会出现在这里；两次读取之后，会再显示它的效果。',
    back: (when) => `${when} 恢复`,
    use: '额度用在了哪里',
    useText: '两次读取之间下降的百分点，按使用者区分。',
    useEmpty: '最近 7 天没有测到使用。',
    window: '窗口',
    points: (points) => `${points} 个百分点`,
    total: '合计',
    users: { warmup: '预热', proxy: '代理', elsewhere: '其他地方' },
    elsewhereHint: '不经过 Headroom：你的编辑器、官方程序或其他工具',
    more: (count) => `显示全部 ${count} 条`,
  },

  failed: '这部分没有载入成功。',
  kept: '下面是之前的数据。',
};
