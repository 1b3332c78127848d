// The half of the pipeline that says no.
#include <utility>

#include "answers.hpp"
#include "audit_entry.hpp"
#include "call.hpp"
#include "refusals.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/api/pipeline.hpp"
#include "rgw/api/refusal_meter.hpp"
#include "rgw/base/log.hpp"

namespace rgw::api {
namespace {

constexpr const char* what_answers_an_untrusted_rack =
    "one of three settings makes the rack trusted: RACK_CA_FILE names the authority of its "
    "certificate, ENABLE_RACK_TLS_PINNING=true trusts the certificate it shows first (after a "
    "wanted change: rack-gateway-api rack-cert refresh), RACK_TLS_INSECURE=true trusts anybody";

}  // namespace

async::Task<Result<void>> record_refusal(Services& services, const Call& call, audit::Event event) {
    const bool identified = call.principal != nullptr;
    if (!identified && services.refusals.note(call.client_address, call.started, event) !=
                           RefusalMeter::Verdict::record) {
        co_return Result<void>();
    }
    const Result<audit::Receipt> recorded =
        co_await services.audit_log.append(std::move(event), deadline_in(services.audit_timeout));
    if (!recorded) {
        co_return recorded.error();
    }
    co_return Result<void>();
}

// Every refusal is an event before it is an answer; those of callers nobody could identify are
// bounded.
async::Task<void> Pipeline::refuse(Call& call, Error error) {
    services_.metrics.count_refusal(error.code);
    const bool identified = call.principal != nullptr;
    const bool ours = info(error.code).http_status >= 500;
    // Our own failure towards somebody unknown is a log line: nothing was asked of us that we
    // refused.
    if (!call.recorded && error.code != Errc::audit_unavailable && (identified || !ours)) {
        const Result<void> recorded =
            co_await record_refusal(services_, call, refusal_event(call, error));
        if (!recorded) {
            error = Errc::audit_unavailable;
        }
    }
    if (ours) {
        log::warn("a call failed", {{"request_id", call.request_id}, {"error", describe(error)}});
    }
    if (error.code == Errc::rack_tls_untrusted) {
        log::warn(what_answers_an_untrusted_rack);
    }
    ErrorAnswer answer = error_answer(call, error);
    call.answered_status = answer.head.status;
    const Result<void> answered = co_await send_refusal(call, std::move(answer));
    if (!answered) {
        log::debug("a refusal did not reach its client", {{"request_id", call.request_id}});
    }
}

async::Task<void> Pipeline::on_bad_request(std::string_view peer_address, const Error& error,
                                           std::string_view partial_line) {
    services_.metrics.count_refusal(error.code);
    const Timestamp now = services_.clock.now();
    audit::Event event = malformed_request_event(now, peer_address, error, partial_line);
    if (services_.refusals.note(peer_address, now, event) != RefusalMeter::Verdict::record) {
        co_return;
    }
    const Result<audit::Receipt> recorded =
        co_await services_.audit_log.append(std::move(event), deadline_in(services_.audit_timeout));
    if (!recorded) {
        log::warn("a malformed request could not be recorded",
                  {{"error", describe(recorded.error())}});
    }
}

}  // namespace rgw::api
