"""The lines that answer a press."""

from __future__ import annotations

from typing import Final

from handlers.screen import Toast

PAGE: Final = Toast("This shows which page you are on.")
UNKNOWN_BUTTON: Final = Toast("This button does not work any more. Open /start for a fresh screen.")
NOT_YOURS: Final = Toast("Only the person who was asked can answer this.", alert=True)
EXPIRED: Final = Toast("This question has ended. Nothing was sent; ask again if you still want it.", alert=True)
ALREADY_USED: Final = Toast("Pressed before: it is on its way, or done.")
DECLINED: Final = Toast("This was given up. Nothing was sent; ask again if you still want it.")
GIVEN_UP: Final = Toast("Kept. Nothing was sent.")
NOT_SENT: Final = Toast("Nothing was sent.", alert=True)
QUEUED: Final = Toast("Confirmed. I lower it as soon as allowed.")
ACKNOWLEDGED: Final = Toast("Acknowledged: no reminders. If it gets worse, you are told.")
ACKNOWLEDGED_BEFORE: Final = Toast("Acknowledged before: no reminders.")
ALERT_OVER: Final = Toast("This alert is over.")
STOPPED: Final = Toast("Stopped. I do nothing by myself now.")
GUARD_ON: Final = Toast("Confirmed. The guard is on.")
WORKING: Final = Toast("Confirmed. Asking CLORE.AI …")
READING: Final = Toast("Reading CLORE.AI …")
NOT_ALLOWED: Final = Toast("You may not do this here. Nothing was done.", alert=True)
TRIAL_SILENT: Final = Toast("The test comes without a sound: a real one would wait, or be silent, now.")
NO_SUCH_ACCOUNT: Final = Toast("This account is not connected in this chat any more.", alert=True)
PRIVATE_ONLY: Final = Toast("Only in the private chat with me.", alert=True)
