#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/audit/locked_object_store.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/outbound/aws_options.hpp"

namespace rgw::outbound {

// https://endpoint/bucket/key, or https://bucket.endpoint/key.
enum class S3Addressing : std::uint8_t {
    automatic,  // path with an endpoint of one's own or dots in the bucket's name (a certificate
                // for
                // *.s3… does not cover these)
    path,
    virtual_host,
};

struct S3Options {
    std::string bucket;
    std::string endpoint;  // "https://host[:port]"; "" for AWS's own in aws.region
    S3Addressing addressing = S3Addressing::automatic;
    std::string kms_key_id;  // encrypts with this key; "" leaves it to the bucket
    std::string ca_file;     // PEM; "" for the system's certificates
    std::size_t threads = 2;
    std::size_t max_waiting = 64;  // calls at once, running ones included; more are `overloaded`
    std::chrono::milliseconds retry_delay{200};  // about, before the second try; then twice that …
    AwsOptions aws;
};

// One bucket of S3 or of what speaks its language, with Object Lock in COMPLIANCE mode: until its
// date nobody, the account's owner included, changes or deletes a version. Calls run on threads of
// its own; the caller resumes on its loop. Any thread.
//
// A call is tried up to four times, always inside its deadline, when the connection fails or S3
// says that it is busy. No redirect is followed; an answer's size is bounded; errors name bucket,
// S3's code and message, never a credential or a signature.
class S3ObjectStore final : public audit::LockedObjectStore {
public:
    // Reads the profile for the region, contacts nobody. `clock` signs, and says when credentials
    // are old; it outlives the store. Error: configuration_invalid "what is wrong".
    [[nodiscard]] static Result<std::unique_ptr<S3ObjectStore>> open(S3Options options,
                                                                     const Clock& clock);
    // Ends what is under way within about a second. Nobody may wait for it any more.
    ~S3ObjectStore() override;
    S3ObjectStore(const S3ObjectStore&) = delete;
    S3ObjectStore& operator=(const S3ObjectStore&) = delete;

    // A try whose answer was lost may have written the object; then the next finds it and this is
    // already_exists, too.
    async::Task<Result<std::optional<std::string>>> put(audit::LockedObject object,
                                                        Deadline deadline) override;
    async::Task<Result<std::optional<std::string>>> get(std::string key,
                                                        Deadline deadline) override;
    async::Task<Result<std::vector<std::string>>> list(std::string prefix, std::string after,
                                                       Deadline deadline) override;

private:
    struct State;
    explicit S3ObjectStore(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace rgw::outbound
