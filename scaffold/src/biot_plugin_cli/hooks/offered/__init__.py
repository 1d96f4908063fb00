"""What a platform offers to be hooked: APIs, types of entities, actions; looked up, searched and shown."""
