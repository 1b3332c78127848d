#include "rgw/identity/remembering_creators.hpp"

#include <utility>

namespace rgw::identity {

async::Task<Result<void>> RememberingCreators::record(UserId user, Created created,
                                                      Deadline deadline) {
    const Result<void> done = co_await store_.record(user, std::move(created), deadline);
    co_return done;
}

async::Task<Result<void>> RememberingCreators::record_release_of_build(std::string app,
                                                                       std::string build,
                                                                       std::string release,
                                                                       Deadline deadline) {
    const std::string name = app + ' ' + build;
    if (!remember(name)) {
        co_return Result<void>();
    }
    const Result<void> done = co_await store_.record_release_of_build(
        std::move(app), std::move(build), std::move(release), deadline);
    if (!done) {
        forget(name);
    }
    co_return done;
}

// Its builds stay remembered: a rack never gives an id twice.
async::Task<Result<void>> RememberingCreators::forget_app(std::string app, Deadline deadline) {
    const Result<void> done = co_await store_.forget_app(std::move(app), deadline);
    co_return done;
}

async::Task<Result<std::vector<Creation>>> RememberingCreators::find_creators(
    std::string type, std::vector<std::string> ids, Deadline deadline) {
    Result<std::vector<Creation>> found =
        co_await store_.find_creators(std::move(type), std::move(ids), deadline);
    co_return found;
}

bool RememberingCreators::remember(const std::string& build) {
    const std::scoped_lock lock(mutex_);
    if (builds_.size() >= max_builds && !builds_.contains(build)) {
        builds_.clear();
    }
    return builds_.insert(build).second;
}

void RememberingCreators::forget(const std::string& build) {
    const std::scoped_lock lock(mutex_);
    builds_.erase(build);
}

}  // namespace rgw::identity
