#include "yubico_answer.hpp"

#include <string>

#include "require.hpp"
#include "targets.hpp"

namespace rgw::fuzz {

void yubico_answer(std::string_view input) {
    using namespace rgw::mfa;
    static const Secret key("twenty bytes of key.");
    const YubicoQuestion asked{.otp = "ccccccbchvthlivuitriujjifivbvtrjkjfirllluurj",
                               .nonce = "0123456789abcdef"};
    // Whoever wrote these bytes does not know the key, unless it is in the corpus.
    const YubicoAnswer answer = judge_yubico_answer(input, asked, key);
    require(!answer.why.empty());
    const auto pairs = parse_yubico_pairs(input);
    if (!pairs) {
        require(answer.verdict == YubicoVerdict::unanswered);
        return;
    }
    require(input.size() <= 4096);
    std::string written;
    for (const auto& [name, value] : *pairs) {
        require(!name.empty() && name.find_first_of("=&\r\n") == std::string::npos);
        require(value.find_first_of("&\r\n") == std::string::npos);
        written += name + "=" + value + "\r\n";
    }
    // What was read is read again, and signing it makes it sound.
    if (written.size() <= 4096) {
        require(parse_yubico_pairs(written) == pairs);
    }
    const bool sound = pairs->contains("h") && pairs->at("h") == yubico_signature(*pairs, key);
    const bool echoed = pairs->contains("nonce") && pairs->at("nonce") == asked.nonce &&
                        pairs->contains("otp") && pairs->at("otp") == asked.otp;
    if (answer.verdict == YubicoVerdict::accepted) {
        require(sound && echoed && pairs->at("status") == "OK");
    }
    if (answer.verdict == YubicoVerdict::refused) {
        require(sound && (echoed || pairs->at("status") == "BAD_OTP"));
    }
}

}  // namespace rgw::fuzz
