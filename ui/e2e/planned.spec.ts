/** What the planner does, as the demo shows it: its decisions are the real engine's, over the simulated service. */
import { expect, test } from './fixtures';

interface Quota {
  credentials: {
    name: string;
    groups: { key: string; planned?: { starts: string[]; sentence: string } }[];
  }[];
}

const start =
  /^starting Claude on Ada at \d\d:\d\d, so that it refills at \d\d:\d\d and \d\d:\d\d; expected \+\d\.\d h of use$/;

test('a planned start is shown with its reason, its verified start and what came of it', async ({
  engine,
  ui,
}) => {
  await engine.read();
  const planned = async () => {
    const { credentials } = await engine.call<Quota>('quota');
    const ada = credentials.find(({ name }) => name === 'Ada');
    return ada?.groups.find(({ key }) => key === '3p')?.planned?.sentence ?? '';
  };
  await expect.poll(planned).toMatch(start);
  const sentence = await planned();
  await expect(ui.getByRole('list', { name: 'What is expected' }).getByText(sentence)).toBeVisible();

  await ui.getByRole('link', { name: 'Timeline' }).click();
  const lanes = ui.getByRole('region', { name: 'Windows of every credential' });
  const coming = ui.getByRole('region', { name: 'What comes back' }).getByRole('listitem');
  for (const range of ['24 hours', '7 days']) {
    await ui.getByRole('button', { name: range }).click();
    await expect(lanes.getByText(sentence)).toHaveCount(1);
    await expect(coming.filter({ hasText: sentence })).toHaveCount(1);
  }
  // Chen's window runs: its start comes after the refill.
  await expect(coming.filter({ hasText: 'Starting Claude on Chen at ' })).toHaveCount(1);

  await lanes.getByRole('link', { name: 'Ada' }).click();
  await expect(ui.getByRole('region', { name: 'Claude and GPT models' }).getByText(sentence)).toBeVisible();

  await ui.getByRole('link', { name: 'History' }).click();
  const told = ui.getByRole('region', { name: 'Decisions' }).getByRole('listitem');
  await expect(told.filter({ hasText: sentence })).toHaveCount(1);
  await expect(told.filter({ hasText: 'Claude and GPT of Ada: the clock started, back at ' })).toHaveCount(1);
  await expect(
    told.filter({
      hasText:
        /Claude on Ada was started at \S+ \d\d:\d\d as planned: expected \+\d\.\d h of use, \+\d\.\d h came/,
    }),
  ).toHaveCount(1);
  await ui.getByRole('button', { name: 'Warmups' }).click();
  const warmups = ui.getByRole('region', { name: 'Warmups' }).getByRole('listitem');
  await expect(
    warmups
      .filter({ hasText: 'Ada' })
      .filter({ hasText: 'claude-sonnet-4-6' })
      .filter({ hasText: 'started' })
      .first(),
  ).toBeVisible();
});
