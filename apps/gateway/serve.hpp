#pragma once

namespace rgw::app {

// Serves until SIGTERM or SIGINT; the process's exit status.
int serve();

}  // namespace rgw::app
