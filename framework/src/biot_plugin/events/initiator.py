"""Who caused an event."""

# Without `annotations` of the future: a NamedTuple compiles those that are texts, and the first use of the compiler
# takes a millisecond of each cold start.
from typing import NamedTuple


class Initiator(NamedTuple):
    """Who caused an event. Values that the platform does not send are None.

    Attributes:
        subject_id: Id of the user, device or service.
        owner_organization_id: Id of the organization that the subject belongs to.
        token_type: `USER`, `SERVICE_INTERNAL`, `SERVICE_EXTERNAL` or `DEVICE`.
        source_ip_address: IP address of the caller, on notifications and direct calls.
    """

    subject_id: str | None = None
    owner_organization_id: str | None = None
    token_type: str | None = None
    source_ip_address: str | None = None
