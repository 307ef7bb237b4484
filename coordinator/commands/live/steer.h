#pragma once

#include "coordinator/control/request.h"
#include "coordinator/process/exit.h"
#include "coordinator/settle/run_folder.h"

namespace fanfetch {

/// `fanfetch set`, `pause`, `resume` and `stop`.
struct SteerArguments {
  RunFolder folder;
  Request request;   ///< SetRequest, PauseRequest, ResumeRequest or StopRequest.
  bool wait = true;  ///< `stop`: until the folder is free.
};

/// Tells the run that is going on, waits for its answer, and says in a line what has come of it.
[[nodiscard]] Exit run_steer(const SteerArguments& arguments);

}  // namespace fanfetch
