#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws_credentials.hpp"
#include "rgw/audit/locked_object_store.hpp"
#include "s3_place.hpp"
#include "transfer.hpp"

namespace rgw::outbound {

// S3's requests of one bucket, each from beginning to end on the calling thread. Any thread.
class S3Client {
public:
    S3Client(S3Options options, S3Place place, const Clock& clock, const Stopping& stopping);

    // As the functions of S3ObjectStore.
    [[nodiscard]] Result<std::optional<std::string>> put(const audit::LockedObject& object,
                                                         Deadline deadline);
    [[nodiscard]] Result<std::optional<std::string>> get(const std::string& key, Deadline deadline);
    [[nodiscard]] Result<std::vector<std::string>> list(const std::string& prefix,
                                                        const std::string& after,
                                                        Deadline deadline);

private:
    struct Request {
        AwsRequest aws;
        std::optional<std::string_view> body;
        std::size_t most_bytes = 1024UL * 1024;  // of the answer
    };
    struct Sent {
        Answer answer;
        std::shared_ptr<const AwsCredentials> credentials;
        Secret authorization;
    };

    [[nodiscard]] AwsRequest request_of(std::string_view key) const;
    // An answer of any status, the last one when all tries failed.
    [[nodiscard]] Result<Sent> send(Request request, Deadline deadline);
    [[nodiscard]] boost::system::result<Sent, TransferFailure> try_once(
        const Request& request, std::shared_ptr<const AwsCredentials> credentials,
        Deadline deadline) const;
    // Why S3 did not do it, for people.
    [[nodiscard]] Error refusal(const Sent& sent) const;
    [[nodiscard]] Error failure(const std::string& why) const;

    S3Options options_;
    S3Place place_;
    const Clock& clock_;
    const Stopping& stopping_;
    AwsCredentialCache credentials_;
};

}  // namespace rgw::outbound
