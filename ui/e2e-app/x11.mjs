// Closing a window the way a window manager does. There is none under Xvfb, and tools that close windows need one.
import { execFile } from 'node:child_process';
import { createConnection } from 'node:net';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** The ids of the app's visible windows. */
export async function windows(env) {
  // xdotool ends with 1 where it finds none.
  const found = await exec('xdotool', ['search', '--onlyvisible', '--name', '^Headroom$'], { env }).catch(
    () => null,
  );
  return found === null ? [] : found.stdout.trim().split('\n').filter(Boolean).map(Number);
}

/** Sends WM_DELETE_WINDOW to a window. The test's X server asks for no password. */
export async function close(env, window) {
  const socket = createConnection(`/tmp/.X11-unix/X${env.DISPLAY.slice(1)}`);
  let read = Buffer.alloc(0);
  let wake = () => {};
  socket.on('data', (part) => {
    read = Buffer.concat([read, part]);
    wake();
  });
  const take = async (length) => {
    while (read.length < length) await new Promise((resolve) => (wake = resolve));
    const taken = read.subarray(0, length);
    read = read.subarray(length);
    return taken;
  };

  // Connection setup: little endian, protocol 11.0, no authorisation. The answer's length counts in 4 bytes.
  socket.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  await take((await take(8)).readUInt16LE(6) * 4);

  // InternAtom is request 16.
  const atom = async (name) => {
    const request = Buffer.alloc(8 + Math.ceil(name.length / 4) * 4);
    request.writeUInt8(16, 0);
    request.writeUInt16LE(request.length / 4, 2);
    request.writeUInt16LE(name.length, 4);
    request.write(name, 8);
    socket.write(request);
    return (await take(32)).readUInt32LE(8);
  };
  const protocols = await atom('WM_PROTOCOLS');
  const deleted = await atom('WM_DELETE_WINDOW');

  // SendEvent is request 25, ClientMessage event 33 with data in 32 bits.
  const event = Buffer.alloc(44);
  event.writeUInt8(25, 0);
  event.writeUInt16LE(11, 2);
  event.writeUInt32LE(window, 4);
  event.writeUInt8(33, 12);
  event.writeUInt8(32, 13);
  event.writeUInt32LE(window, 16);
  event.writeUInt32LE(protocols, 20);
  event.writeUInt32LE(deleted, 24);
  socket.write(event);
  // Its answer says that the event has been taken.
  await atom('WM_PROTOCOLS');
  socket.destroy();
}
