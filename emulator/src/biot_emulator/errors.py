"""What the emulator itself can fail at; what a plugin does wrong is an `InvocationError` instead.

EmulatorError
├── SandboxUnavailable       the plugin's process cannot be started
│   └── ClientUnavailable      awslambdaric was requested, and cannot be had for the interpreter
├── InvalidEvent             an event cannot be sent as it is
├── InvalidCode              an upload cannot be a plugin's code                   runtime/archive_entries.py
├── InvalidImage             an image cannot be unpacked                           image/errors.py
├── LayersMissing            what an image is made of is gone                      image/errors.py
├── InvalidCron              the platform does not accept a schedule               cron/
├── CodeMissing              a plugin has no code that can be run here             hooks/plugin_functions.py
├── TooManySecrets           more secrets wait to be checked than may wait         security/secret_checks.py
├── PortUnavailable          no debugger can attach: another program has the port    debugging/port.py
├── NotDebugging             what came to a debugger's port is from none            debugging/messages.py
├── Unreachable              an address outside of the platform did not respond    hooks/outside_endpoints.py
├── CertificatesInvalid      a file with certificates cannot be used               http/certificates.py
├── RegistryAddressInvalid   the address of a registry is none                     registry/outside/address.py
├── ImageNotSupported        a function cannot have an image                       registry/function_images.py
├── ExchangeRefused          the exchange refuses a request as AWS does            registry/exchange.py
├── RegistryError            a registry refuses a request                          registry/errors.py
├── AddressUnavailable       the server cannot listen at an address                server/listening.py
├── BehaviourInvalid         a description of a platform's behaviour is none         behaviour/errors.py
├── AddressRefused, CannotObserve, ConnectionLost, LeftBehind, NotSafe, RunStopped
│                            a run of learn cannot go on, or ends early             learning/errors.py
├── OutputUnwritable         the file of learn cannot be written                    learning/output_file.py
├── UsageError               the command line is wrong                             program/errors.py
├── CredentialsInvalid       the administrator's credentials cannot be read        admin_credentials.py
├── PageError                a browser's request to the page cannot be done         page/errors.py
├── DataUnavailable          the state cannot be read or stored                    state/unavailable_data.py
├── OutputFailed             standard output cannot be written                     standard_streams.py
│   └── OutputClosed           nobody reads it any more
├── CallRefused              a call of the client got an error                     client.py
├── InvalidAddress           the client cannot call an address                     client.py
├── RegistryElsewhere        a test puts an image into a registry elsewhere         testing.py
├── ReplyTooLarge            a response to the client is too large                 client.py
└── ApiError                 an API responds with the platform's error body; the class owns status and code
    ├── those of every service                                                     api/errors.py
    └── those of one service                                                       services/*/errors.py
"""

from __future__ import annotations

__all__ = ["ClientUnavailable", "EmulatorError", "InvalidEvent", "SandboxUnavailable"]


class EmulatorError(Exception):
    """The emulator cannot do what was asked; the message says what to do about it."""


class SandboxUnavailable(EmulatorError):
    """The plugin's process cannot be started."""


class ClientUnavailable(SandboxUnavailable):
    """`awslambdaric` was requested by name, and cannot be had for the plugin's interpreter."""


class InvalidEvent(EmulatorError):
    """An event cannot be sent as it is."""
