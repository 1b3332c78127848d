#include "rgw/async/task_group.hpp"

#include <cassert>
#include <exception>

#include "rgw/base/log.hpp"

namespace rgw::async {

TaskGroup::~TaskGroup() {
    assert(active_ == 0 && "join a TaskGroup before destroying it");
}

void TaskGroup::spawn(Task<void> task) {
    ++active_;
    boost::asio::co_spawn(loop_.executor(), std::move(task),
                          [this](const std::exception_ptr& thrown) {
                              if (thrown) {
                                  try {
                                      std::rethrow_exception(thrown);
                                  } catch (const std::exception& e) {
                                      log::error("a task ended with an exception",
                                                 {{"loop", loop_.name()}, {"what", e.what()}});
                                  }
                              }
                              ended();
                          });
}

void TaskGroup::ended() {
    --active_;
    if (active_ == 0 && joined_) {
        joined_->set(true);
    }
}

Task<void> TaskGroup::join() {
    if (active_ == 0) {
        co_return;
    }
    joined_ = std::make_shared<OneShot<bool>>();
    const std::shared_ptr<OneShot<bool>> joined = joined_;
    co_await joined->wait();
}

}  // namespace rgw::async
