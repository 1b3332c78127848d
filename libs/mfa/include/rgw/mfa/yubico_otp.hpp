#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/identity/http_fetcher.hpp"

// One-time passwords of YubiKeys, checked by Yubico's validation servers (validation protocol 2.0).
namespace rgw::mfa {

struct YubicoAccount {
    std::string client_id;             // YUBICO_CLIENT_ID
    Secret key;                        // YUBICO_SECRET_KEY, decoded from base64
    std::vector<std::string> servers;  // URLs without query, asked in turn; never empty
};

// A one-time password taken apart: 44 characters of modhex, either case.
struct YubicoOtp {
    std::string text;       // lower case
    std::string public_id;  // the first 12 characters: which key it is
};
[[nodiscard]] std::optional<YubicoOtp> parse_yubico_otp(std::string_view typed);

// Any loop. Asks one server after the other, each with its own time-out within the deadline, until
// one says OK or says no.
class YubicoVerifier {
public:
    YubicoVerifier(identity::HttpFetcher& fetcher, YubicoAccount account);

    // Ok only when a server answered with status OK, a right signature, our nonce and our OTP.
    // Errors: factor_refused (BAD_OTP, REPLAYED_OTP, REPLAYED_REQUEST, …; the detail is empty, what
    // the server said is logged); factor_unavailable: no server gave a sound answer.
    async::Task<Result<void>> verify(YubicoOtp otp, Deadline deadline);

private:
    identity::HttpFetcher& fetcher_;
    YubicoAccount account_;
};

}  // namespace rgw::mfa
