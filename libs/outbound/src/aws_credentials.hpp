#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "aws_signing.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/outbound/aws_options.hpp"
#include "stopping.hpp"

namespace rgw::outbound {

// The credentials in use, renewed some minutes before they expire, one renewal at a time. A renewal
// that fails does no harm as long as the old ones are good. Any thread; it may block.
class AwsCredentialCache {
public:
    AwsCredentialCache(AwsOptions options, std::string region, const Clock& clock,
                       const Stopping& stopping);

    // Error: object_storage_unavailable, as obtain_credentials().
    [[nodiscard]] Result<std::shared_ptr<const AwsCredentials>> current(Deadline deadline);
    // AWS takes these no longer, whatever they say of themselves: the source is asked again.
    void forget(const std::shared_ptr<const AwsCredentials>& refused);

private:
    [[nodiscard]] bool good_for(std::chrono::seconds span) const;

    AwsOptions options_;
    std::string region_;
    const Clock& clock_;
    const Stopping& stopping_;
    std::timed_mutex mutex_;
    std::shared_ptr<const AwsCredentials> credentials_;
};

}  // namespace rgw::outbound
