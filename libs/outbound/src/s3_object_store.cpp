#include "rgw/outbound/s3_object_store.hpp"

#include <algorithm>
#include <utility>

#include "aws_sources.hpp"
#include "call_pool.hpp"
#include "s3_client.hpp"
#include "s3_place.hpp"

namespace rgw::outbound {

struct S3ObjectStore::State {
    State(const S3Options& options, S3Place place, const Clock& clock)
        : client(options, std::move(place), clock, stopping),
          pool(options.threads, options.max_waiting, stopping) {}

    Stopping stopping;
    S3Client client;
    CallPool pool;  // the last: its threads use what stands above
};

S3ObjectStore::S3ObjectStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
S3ObjectStore::~S3ObjectStore() = default;

Result<std::unique_ptr<S3ObjectStore>> S3ObjectStore::open(S3Options options, const Clock& clock) {
    if (std::ranges::any_of(options.kms_key_id, [](char c) { return c <= ' ' || c > '~'; })) {
        return Error(Errc::configuration_invalid, "the KMS key id has characters that none has");
    }
    Result<std::string> region = region_of(options.aws);
    if (!region) {
        return region.error();
    }
    Result<S3Place> place = place_of(options, std::move(*region));
    if (!place) {
        return place.error();
    }
    auto state = std::make_unique<State>(options, std::move(*place), clock);
    return std::unique_ptr<S3ObjectStore>(new S3ObjectStore(std::move(state)));
}

async::Task<Result<std::optional<std::string>>> S3ObjectStore::put(audit::LockedObject object,
                                                                   Deadline deadline) {
    S3Client& client = state_->client;
    auto work = [&client, object = std::move(object), deadline] {
        return client.put(object, deadline);
    };
    auto version = co_await state_->pool.run(std::move(work));
    co_return version;
}

async::Task<Result<std::optional<std::string>>> S3ObjectStore::get(std::string key,
                                                                   Deadline deadline) {
    S3Client& client = state_->client;
    auto work = [&client, key = std::move(key), deadline] { return client.get(key, deadline); };
    auto body = co_await state_->pool.run(std::move(work));
    co_return body;
}

async::Task<Result<std::vector<std::string>>> S3ObjectStore::list(std::string prefix,
                                                                  std::string after,
                                                                  Deadline deadline) {
    S3Client& client = state_->client;
    auto work = [&client, prefix = std::move(prefix), after = std::move(after), deadline] {
        return client.list(prefix, after, deadline);
    };
    auto keys = co_await state_->pool.run(std::move(work));
    co_return keys;
}

}  // namespace rgw::outbound
