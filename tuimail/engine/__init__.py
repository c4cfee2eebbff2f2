"""engine acts: asyncio and ports. It asks mail what to do, store to remember, backends to speak."""
