#include "s3_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "aws_answer.hpp"
#include "aws_region.hpp"
#include "rgw/crypto/encoding.hpp"
#include "tries.hpp"

namespace rgw::outbound {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t mebibyte = 1024UL * 1024;
constexpr std::size_t most_object_bytes = 16 * mebibyte;
constexpr std::size_t most_listing_bytes = 8 * mebibyte;  // 1,000 keys of 1 KiB, percent-encoded

// The fields of an answer that are read, in this order.
enum Wanted : std::uint8_t { version_id, bucket_region, checksum };
const std::vector<std::string> wanted = {"x-amz-version-id", "x-amz-bucket-region",
                                         "x-amz-checksum-sha256"};

void add(AwsRequest& request, std::string name, std::string value) {
    request.fields.push_back({.name = std::move(name), .value = Secret(std::move(value))});
}

std::string base64_digest(std::string_view body) {
    return crypto::base64(crypto::text_of(crypto::sha256(body)));
}

bool is_success(int status) {
    return status >= 200 && status < 300;
}

bool is_expired(const AwsComplaint& complaint) {
    return complaint.code == "ExpiredToken" || complaint.code == "TokenRefreshRequired";
}

// S3 is busy, or could not serve this try for a reason that passes.
bool passes(const Answer& answer, const AwsComplaint& complaint) {
    constexpr std::array statuses = {429, 500, 502, 503, 504};
    constexpr std::array<std::string_view, 4> codes = {
        "SlowDown", "RequestTimeout", "ConditionalRequestConflict", "OperationAborted"};
    return std::ranges::find(statuses, answer.status) != statuses.end() ||
           (!is_success(answer.status) &&
            (std::ranges::find(codes, complaint.code) != codes.end() || is_expired(complaint)));
}

// "17 min ahead of"
std::string difference(Timestamp ours, Timestamp theirs) {
    const auto span = std::chrono::duration_cast<std::chrono::minutes>(
        ours > theirs ? ours - theirs : theirs - ours);
    return std::to_string(span.count()) + " min " + (ours > theirs ? "ahead of" : "behind");
}

}  // namespace

S3Client::S3Client(S3Options options, S3Place place, const Clock& clock, const Stopping& stopping)
    : options_(std::move(options)),
      place_(std::move(place)),
      clock_(clock),
      stopping_(stopping),
      credentials_(options_.aws, place_.region, clock, stopping) {}

AwsRequest S3Client::request_of(std::string_view key) const {
    AwsRequest request;
    request.host = place_.host;
    request.path = place_.base + "/" + std::string(key);
    return request;
}

Error S3Client::failure(const std::string& why) const {
    return {Errc::object_storage_unavailable, place_.bucket + ": " + why};
}

boost::system::result<S3Client::Sent, TransferFailure> S3Client::try_once(
    const Request& request, std::shared_ptr<const AwsCredentials> credentials,
    Deadline deadline) const {
    const std::string query = encoded_query(request.aws);
    Call call;
    call.method = request.aws.method;
    call.url = place_.scheme + "://" + place_.host + encoded_path(request.aws.path) +
               (query.empty() ? "" : "?") + query;
    call.fields = request.aws.fields;
    call.body = request.body;
    call.wanted = wanted;
    call.most_bytes = request.most_bytes;
    Sent sent{.credentials = std::move(credentials)};
    for (identity::FetchField& field :
         signature_fields(request.aws, *sent.credentials,
                          {.region = place_.region, .service = "s3"}, clock_.now())) {
        if (field.name == "Authorization") {
            sent.authorization = field.value;
        }
        call.fields.push_back(std::move(field));
    }
    auto answer =
        transfer(call, {.ca_file = options_.ca_file, .deadline = deadline, .stopping = stopping_});
    if (!answer) {
        return answer.error();
    }
    sent.answer = std::move(*answer);
    return sent;
}

Result<S3Client::Sent> S3Client::send(Request request, Deadline deadline) {
    request.aws.body_digest = crypto::sha256(request.body.value_or(std::string_view()));
    add(request.aws, "x-amz-content-sha256", crypto::hex(request.aws.body_digest));
    Tries tries(options_.retry_delay, deadline, stopping_);
    while (true) {
        const auto credentials = credentials_.current(deadline);
        if (!credentials) {
            return failure(credentials.error().detail);
        }
        auto sent = try_once(request, *credentials, deadline);
        if (!sent) {
            if (!sent.error().passes || !tries.again()) {
                return failure(sent.error().why);
            }
            continue;
        }
        const AwsComplaint complaint =
            is_success(sent->answer.status) ? AwsComplaint() : read_complaint(sent->answer.body);
        if (is_expired(complaint)) {
            credentials_.forget(*credentials);
        }
        if (!passes(sent->answer, complaint) || !tries.again()) {
            return std::move(*sent);
        }
    }
}

Error S3Client::refusal(const Sent& sent) const {
    const AwsComplaint complaint = read_complaint(sent.answer.body);
    const std::string status = "status " + std::to_string(sent.answer.status);
    if (complaint.code == "RequestTimeTooSkewed" && complaint.server_time) {
        return failure("the gateway's clock is " +
                       difference(clock_.now(), *complaint.server_time) +
                       " S3's, which takes no more than 15 min");
    }
    const std::string& named = sent.answer.fields[bucket_region];
    const std::string& region = named.empty() ? complaint.region : named;
    if (valid_region(region) && region != place_.region && !is_success(sent.answer.status)) {
        return failure(status + ", the bucket is in the region " + region + " and not in " +
                       place_.region);
    }
    const std::string said = text_of(complaint);
    // S3 repeats nothing of the kind; another server might.
    const std::string_view authorization = sent.authorization.expose();
    const std::string_view signature = authorization.substr(authorization.rfind('=') + 1);
    for (const std::string_view part : {std::string_view(sent.credentials->access_key_id),
                                        sent.credentials->secret_access_key.expose(),
                                        sent.credentials->session_token.expose(), signature}) {
        if (!part.empty() && said.find(part) != std::string::npos) {
            return failure(status + ", and words that repeat a credential");
        }
    }
    return failure(said.empty() ? status : said);
}

Result<std::optional<std::string>> S3Client::put(const audit::LockedObject& object,
                                                 Deadline deadline) {
    if (object.key.empty()) {
        return failure("an object without a key");  // the request would be about the bucket
    }
    Request request{.aws = request_of(object.key), .body = object.body};
    request.aws.method = "PUT";
    // Without one libcurl would say that it is a form.
    add(request.aws, "Content-Type",
        object.content_type.empty() ? "application/octet-stream" : object.content_type);
    add(request.aws, "If-None-Match", "*");
    add(request.aws, "x-amz-checksum-sha256", base64_digest(object.body));
    add(request.aws, "x-amz-sdk-checksum-algorithm", "SHA256");
    add(request.aws, "x-amz-object-lock-mode", "COMPLIANCE");
    // Rounded up: not a moment less than asked for.
    add(request.aws, "x-amz-object-lock-retain-until-date",
        rfc3339_seconds(std::chrono::ceil<std::chrono::seconds>(object.retain_until)));
    if (!options_.kms_key_id.empty()) {
        add(request.aws, "x-amz-server-side-encryption", "aws:kms");
        add(request.aws, "x-amz-server-side-encryption-aws-kms-key-id", options_.kms_key_id);
    }
    const Result<Sent> sent = send(std::move(request), deadline);
    if (!sent) {
        return sent.error();
    }
    if (sent->answer.status == 412) {
        return Error(Errc::already_exists, place_.bucket + ": " + object.key);
    }
    if (sent->answer.status != 200) {
        return refusal(*sent);
    }
    const std::string& version = sent->answer.fields[version_id];
    return version.empty() || version == "null" ? std::optional<std::string>()
                                                : std::optional(version);
}

Result<std::optional<std::string>> S3Client::get(const std::string& key, Deadline deadline) {
    if (key.empty()) {
        return failure("an object without a key");
    }
    Request request{.aws = request_of(key), .most_bytes = most_object_bytes};
    add(request.aws, "x-amz-checksum-mode", "ENABLED");
    Result<Sent> sent = send(std::move(request), deadline);
    if (!sent) {
        return sent.error();
    }
    Answer& answer = sent->answer;
    if (answer.status == 404 && read_complaint(answer.body).code == "NoSuchKey") {
        return std::optional<std::string>();
    }
    if (answer.status != 200) {
        return refusal(*sent);
    }
    // "…-3" is a checksum of checksums of parts.
    const std::string& expected = answer.fields[checksum];
    if (!expected.empty() && expected.find('-') == std::string::npos &&
        expected != base64_digest(answer.body)) {
        return failure("the object is not what its checksum says");
    }
    return std::optional(std::move(answer.body));
}

Result<std::vector<std::string>> S3Client::list(const std::string& prefix, const std::string& after,
                                                Deadline deadline) {
    Request request{.aws = request_of(""), .most_bytes = most_listing_bytes};
    request.aws.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"max-keys", "1000"}};
    if (!prefix.empty()) {
        request.aws.query.emplace_back("prefix", prefix);
    }
    if (!after.empty()) {
        request.aws.query.emplace_back("start-after", after);
    }
    const Result<Sent> sent = send(std::move(request), deadline);
    if (!sent) {
        return sent.error();
    }
    if (sent->answer.status != 200) {
        return refusal(*sent);
    }
    Result<std::vector<std::string>> keys = read_listing(sent->answer.body);
    if (!keys) {
        return failure(keys.error().detail);
    }
    const std::string* before = &after;
    for (const std::string& key : *keys) {
        if (!key.starts_with(prefix) || key <= *before) {
            return failure("the listing has keys that were not asked for");
        }
        before = &key;
    }
    return keys;
}

}  // namespace rgw::outbound
