"""The findings of `biot-plugin check` as other tools read them."""
