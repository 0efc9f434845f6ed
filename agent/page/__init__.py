"""The page: a conversation beside its slate, in the browser. `agent.page.page.mount_page` is the way in."""
