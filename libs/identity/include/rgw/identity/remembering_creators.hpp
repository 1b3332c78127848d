#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "rgw/identity/creator_store.hpp"

namespace rgw::identity {

// A store in front of another, of whose builds it remembers those that have their release: whoever
// waits for a build reads it again and again, and asks the database no further. Thread-safe; memory
// is bounded: at `max_builds` all of it is forgotten, which costs one more question a build.
class RememberingCreators final : public CreatorStore {
public:
    static constexpr std::size_t max_builds = 4096;

    explicit RememberingCreators(CreatorStore& store) : store_(store) {}

    async::Task<Result<void>> record(UserId user, Created created, Deadline deadline) override;
    async::Task<Result<void>> record_release_of_build(std::string app, std::string build,
                                                      std::string release,
                                                      Deadline deadline) override;
    async::Task<Result<void>> forget_app(std::string app, Deadline deadline) override;
    async::Task<Result<std::vector<Creation>>> find_creators(std::string type,
                                                             std::vector<std::string> ids,
                                                             Deadline deadline) override;

private:
    // False when it was remembered already.
    bool remember(const std::string& build);
    void forget(const std::string& build);

    CreatorStore& store_;
    std::mutex mutex_;
    std::unordered_set<std::string> builds_;  // "app build"; neither holds a space
};

}  // namespace rgw::identity
