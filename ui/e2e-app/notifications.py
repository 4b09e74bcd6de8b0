"""A desktop's place for messages: tells each on a line of its own, clicks one when told to (`click NUMBER`)."""

import json
import sys

from gi.repository import Gio, GLib

NAME = 'org.freedesktop.Notifications'
PATH = '/org/freedesktop/Notifications'
FACE = """<node><interface name='org.freedesktop.Notifications'>
  <method name='GetCapabilities'><arg type='as' direction='out'/></method>
  <method name='Notify'>
    <arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>
    <arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>
    <arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/>
  </method>
  <signal name='ActionInvoked'><arg type='u'/><arg type='s'/></signal>
</interface></node>"""

shown = 0


def called(bus, sender, path, face, method, args, invocation):
    global shown
    if method == 'GetCapabilities':
        return invocation.return_value(GLib.Variant('(as)', (['actions', 'body', 'body-markup'],)))
    app, _, _, title, body, actions, hints, _ = args.unpack()
    shown += 1
    told = {'number': shown, 'app': app, 'title': title, 'body': body, 'actions': actions, 'urgency': hints.get('urgency')}
    print(json.dumps(told), flush=True)
    invocation.return_value(GLib.Variant('(u)', (shown,)))


def asked(channel, _condition, bus):
    line = channel.readline()
    if line.startswith('click '):
        which = GLib.Variant('(us)', (int(line.split()[1]), 'default'))
        bus.emit_signal(None, PATH, NAME, 'ActionInvoked', which)
    return line != ''


def ready(bus, _name):
    GLib.io_add_watch(sys.stdin, GLib.IO_IN, asked, bus)
    print(json.dumps({'ready': True}), flush=True)


def connected(bus, _name):
    face = Gio.DBusNodeInfo.new_for_xml(FACE).interfaces[0]
    bus.register_object(PATH, face, called, None, None)


Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, connected, ready, None)
GLib.MainLoop().run()
