#include "aws_credentials.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "aws_sources.hpp"

namespace rgw::outbound {
namespace {

using namespace std::chrono_literals;

constexpr auto renewed_before = 5min;  // AWS has new ones ready by then
constexpr auto longest_renewal = 10s;  // while the old ones are good

}  // namespace

AwsCredentialCache::AwsCredentialCache(AwsOptions options, std::string region, const Clock& clock,
                                       const Stopping& stopping)
    : options_(std::move(options)),
      region_(std::move(region)),
      clock_(clock),
      stopping_(stopping) {}

bool AwsCredentialCache::good_for(std::chrono::seconds span) const {
    return credentials_ != nullptr &&
           (!credentials_->expires_at || clock_.now() + span < *credentials_->expires_at);
}

Result<std::shared_ptr<const AwsCredentials>> AwsCredentialCache::current(Deadline deadline) {
    const std::unique_lock lock(mutex_, deadline);
    if (!lock) {
        return Error(Errc::object_storage_unavailable, "AWS credentials: no time left");
    }
    if (good_for(renewed_before)) {
        return credentials_;
    }
    const bool still_good = good_for(0s);
    if (still_good) {
        deadline = std::min(deadline, deadline_in(longest_renewal));
    }
    Result<AwsCredentials> renewed = obtain_credentials(options_, region_, deadline, stopping_);
    if (renewed) {
        credentials_ = std::make_shared<const AwsCredentials>(std::move(*renewed));
    } else if (!still_good) {
        return renewed.error();
    }
    if (!good_for(0s)) {
        return Error(Errc::object_storage_unavailable,
                     "AWS credentials: those just given out have expired already");
    }
    return credentials_;
}

void AwsCredentialCache::forget(const std::shared_ptr<const AwsCredentials>& refused) {
    const std::lock_guard lock(mutex_);
    if (credentials_ == refused) {
        credentials_.reset();
    }
}

}  // namespace rgw::outbound
