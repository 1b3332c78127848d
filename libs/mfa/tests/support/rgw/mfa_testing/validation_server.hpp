#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/http/listener.hpp"

namespace rgw::mfa::testing {

// How a server answers instead of as it should.
enum class Misbehaviour : std::uint8_t {
    none,
    wrong_signature,   // a few letters of it changed
    no_signature,      // and nothing else changed
    other_nonce,       // soundly signed, as the next three
    other_otp,         // of the same key
    no_nonce,          // left out
    no_otp,            // left out
    status_twice,      // the same line once more
    unsigned_line,     // one more than was signed
    merged_lines,      // two lines as one, which reads the same where it is signed
    status_rewritten,  // OK instead of the REPLAYED_OTP that was signed
    earlier_answer,    // word for word what the request before got
    endless,           // with 64 KiB of lines more
    garbage,           // a page of HTML
    empty,             // a body of no bytes
    http_500,          // with the right body
    redirect,          // to the right answer
    silent,            // no answer until the client leaves
};

// A server of Yubico's validation protocol 2.0 on a free port of the loopback, without TLS. It
// answers as Yubico's own does: what was refused before the OTP was looked at has no echoes, and
// NO_SUCH_CLIENT is signed with the empty key. Any thread.
class ValidationServer final : http::Handler {
public:
    ValidationServer(std::string client_id, Secret key);
    ~ValidationServer() override;
    ValidationServer(const ValidationServer&) = delete;
    ValidationServer& operator=(const ValidationServer&) = delete;

    // For YUBICO_VALIDATION_URLS.
    [[nodiscard]] std::string url() const;

    // A one-time password that will be OK, once.
    void accept(std::string otp);
    void misbehave(Misbehaviour how);
    // Says this, soundly signed, whatever it is asked ("BACKEND_ERROR"); "" for the truth.
    void say(std::string status);

    // The targets asked for so far, as they came.
    [[nodiscard]] std::vector<std::string> requests() const;

private:
    using Pairs = std::map<std::string, std::string, std::less<>>;
    struct Answer {
        int status = 200;
        std::string body;
    };

    async::Task<void> handle(http::Exchange& exchange) override;
    async::Task<void> on_bad_request(std::string_view peer, const Error& error,
                                     std::string_view line) override;
    // Nothing: be silent.
    std::optional<Answer> answer(std::string_view target);
    std::string status_of(const Pairs& asked);
    [[nodiscard]] Pairs truth(const Pairs& asked, const std::string& status) const;
    void spoil_pairs(Pairs& pairs) const;
    void spoil_answer(Answer& answer) const;

    const std::string client_id_;
    const Secret key_;
    mutable std::mutex mutex_;
    std::map<std::string, std::optional<std::string>> accepted_;  // and the nonce it was used with
    Misbehaviour how_ = Misbehaviour::none;
    std::string said_;
    std::string earlier_body_;
    std::vector<std::string> requests_;

    async::Loop loop_{"validation"};
    std::unique_ptr<http::Listener> listener_;
};

}  // namespace rgw::mfa::testing
