import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { showPage } from '../testing';

async function open() {
  const shown = await showPage('#/');
  await userEvent.keyboard('{Control>}k{/Control}');
  return { ...shown, palette: await screen.findByRole('dialog', { name: 'Commands' }) };
}

test('Ctrl K opens it with the focus in its field, and Ctrl K closes it again', async () => {
  const { palette } = await open();
  expect(within(palette).getByRole('combobox')).toHaveFocus();
  await userEvent.keyboard('{Control>}k{/Control}');
  await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('typed words find, arrows choose, Enter does it', async () => {
  const { palette } = await open();
  await userEvent.keyboard('bob');
  const options = within(palette).getAllByRole('option');
  expect(options.map((option) => option.textContent?.trim())).toEqual(['Bob', 'Warm up Bob']);
  expect(options[0]).toHaveAttribute('aria-selected', 'true');
  await userEvent.keyboard('{ArrowDown}');
  expect(options[1]).toHaveAttribute('aria-selected', 'true');
  expect(within(palette).getByRole('combobox')).toHaveAttribute('aria-activedescendant', options[1]?.id);
  await userEvent.keyboard('{ArrowDown}{Enter}');
  expect(location.hash).toBe('#/credential?c-bob');
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('an action is done', async () => {
  const { app } = await open();
  await userEvent.keyboard('by model{Enter}');
  expect(app.view.by).toBe('models');
});

test('what matches nothing says so', async () => {
  await open();
  await userEvent.keyboard('zzz{Enter}');
  expect(screen.getByText('Nothing matches “zzz”.')).toBeInTheDocument();
});
