#include "rgw/mfa_testing/validation_server.hpp"

#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "rgw/async/one_shot.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/percent.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::mfa::testing {
namespace {

using Pairs = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view path = "/wsapi/2.0/verify";

Pairs parse_query(std::string_view query) {
    Pairs pairs;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        std::string value;
        if (!percent_decode(pair.substr(std::min(equals + 1, pair.size())), value)) {
            throw std::invalid_argument("a query that is not percent-encoded");
        }
        pairs[std::string(pair.substr(0, equals))] = value;
    }
    return pairs;
}

std::string value_of(const Pairs& pairs, std::string_view key) {
    const auto found = pairs.find(key);
    return found == pairs.end() ? "" : found->second;
}

std::string signature(Pairs pairs, std::string_view key) {
    pairs.erase("h");
    std::string text;
    for (const auto& [name, value] : pairs) {
        text += text.empty() ? "" : "&";
        text.append(name).append("=").append(value);
    }
    return crypto::base64(crypto::text_of(crypto::hmac_sha1(key, text)));
}

// The signature first, the rest in no order that helps.
std::string lines(const Pairs& pairs, std::string_view key) {
    std::string body = "h=" + signature(pairs, key) + "\r\n";
    for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) {
        body += pair->first + "=" + pair->second + "\r\n";
    }
    return body + "\r\n";
}

bool is_nonce(std::string_view text) {
    return text.size() >= 16 && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           });
}

void replace(std::string& body, std::string_view from, std::string_view to) {
    const std::size_t at = body.find(from);
    if (at != std::string::npos) {
        body.replace(at, from.size(), to);
    }
}

async::Task<void> drain(http::Listener& listener) {
    co_await listener.drain(deadline_in(std::chrono::seconds(5)));
}

}  // namespace

ValidationServer::ValidationServer(std::string client_id, Secret key)
    : client_id_(std::move(client_id)),
      key_(std::move(key)),
      listener_(http::Listener::open(loop_, {}, *this, nullptr).value()) {
    listener_->start();
    loop_.start();
}

ValidationServer::~ValidationServer() {
    boost::asio::co_spawn(loop_.executor(), drain(*listener_), boost::asio::use_future).get();
    loop_.stop();
    loop_.join();
}

std::string ValidationServer::url() const {
    return "http://127.0.0.1:" + std::to_string(listener_->port()) + std::string(path);
}

void ValidationServer::accept(std::string otp) {
    const std::lock_guard lock(mutex_);
    accepted_[std::move(otp)].reset();
}

void ValidationServer::misbehave(Misbehaviour how) {
    const std::lock_guard lock(mutex_);
    how_ = how;
}

void ValidationServer::say(std::string status) {
    const std::lock_guard lock(mutex_);
    said_ = std::move(status);
}

std::vector<std::string> ValidationServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

async::Task<void> ValidationServer::handle(http::Exchange& exchange) {
    auto answered = answer(exchange.head().target);
    if (!answered) {
        const auto left = std::make_shared<async::OneShot<bool>>();
        exchange.when_client_leaves([left] { left->set(true); });
        co_await left->wait();
        exchange.abort();
        co_return;
    }
    http::OutHead head;
    head.status = answered->status;
    head.fields.push_back({"Content-Type", "text/plain"});
    if (head.status == 302) {
        head.fields.push_back({"Location", std::string(exchange.head().target)});
    }
    co_await exchange.respond(std::move(head), answered->body);
}

async::Task<void> ValidationServer::on_bad_request(std::string_view, const Error&,
                                                   std::string_view) {
    co_return;
}

std::optional<ValidationServer::Answer> ValidationServer::answer(std::string_view target) {
    const std::lock_guard lock(mutex_);
    requests_.emplace_back(target);
    if (!target.starts_with(path) || !target.substr(path.size()).starts_with('?')) {
        return Answer{.status = 404, .body = "no such page\n"};
    }
    if (how_ == Misbehaviour::silent) {
        return std::nullopt;
    }
    const Pairs asked = parse_query(target.substr(path.size() + 1));
    const std::string status = said_.empty() ? status_of(asked) : said_;
    Pairs pairs = truth(asked, status);
    spoil_pairs(pairs);
    const bool known = status != "NO_SUCH_CLIENT" && status != "MISSING_PARAMETER";
    Answer answer;
    answer.body = lines(pairs, known ? key_.expose() : std::string_view());
    const std::string sound = answer.body;
    spoil_answer(answer);
    earlier_body_ = sound;
    return answer;
}

std::string ValidationServer::status_of(const Pairs& asked) {
    const std::string nonce = value_of(asked, "nonce");
    const std::string id = value_of(asked, "id");
    if (!is_nonce(nonce) || id.empty() || id.find_first_not_of("0123456789") != std::string::npos) {
        return "MISSING_PARAMETER";
    }
    if (id != client_id_) {
        return "NO_SUCH_CLIENT";
    }
    if (value_of(asked, "h") != signature(asked, key_.expose())) {
        return "BAD_SIGNATURE";
    }
    const auto found = accepted_.find(value_of(asked, "otp"));
    if (found == accepted_.end()) {
        return "BAD_OTP";
    }
    if (found->second) {
        return *found->second == nonce ? "REPLAYED_REQUEST" : "REPLAYED_OTP";
    }
    found->second = nonce;
    return "OK";
}

ValidationServer::Pairs ValidationServer::truth(const Pairs& asked,
                                                const std::string& status) const {
    Pairs pairs{{"status", status}, {"t", rfc3339_seconds(SystemClock().now()) + "0042"}};
    if (status == "OK" || status.starts_with("REPLAYED_") || status == "NOT_ENOUGH_ANSWERS") {
        pairs["nonce"] = value_of(asked, "nonce");
        pairs["otp"] = value_of(asked, "otp");
    }
    if (status == "OK") {
        pairs["sl"] = "100";
        if (value_of(asked, "timestamp") == "1") {
            pairs["timestamp"] = "8421337";
            pairs["sessioncounter"] = "19";
            pairs["sessionuse"] = "3";
        }
    }
    return pairs;
}

void ValidationServer::spoil_pairs(Pairs& pairs) const {
    if (how_ == Misbehaviour::other_nonce) {
        pairs["nonce"] = "0123456789abcdef0123456789abcdef";
    } else if (how_ == Misbehaviour::other_otp) {
        pairs["otp"].replace(12, 4, "cccc");
    } else if (how_ == Misbehaviour::no_nonce) {
        pairs.erase("nonce");
    } else if (how_ == Misbehaviour::no_otp) {
        pairs.erase("otp");
    } else if (how_ == Misbehaviour::status_rewritten) {
        pairs["status"] = "REPLAYED_OTP";
    }
}

void ValidationServer::spoil_answer(Answer& answer) const {
    switch (how_) {
        case Misbehaviour::none:
        case Misbehaviour::other_nonce:
        case Misbehaviour::other_otp:
        case Misbehaviour::no_nonce:
        case Misbehaviour::no_otp:
        case Misbehaviour::silent:
            return;
        case Misbehaviour::wrong_signature:
            answer.body.replace(2, 8, "AAAAAAAA");
            return;
        case Misbehaviour::no_signature:
            answer.body.erase(0, answer.body.find("\r\n") + 2);
            return;
        case Misbehaviour::status_twice:
            answer.body += "status=OK\r\n";
            return;
        case Misbehaviour::unsigned_line:
            answer.body += "more=1\r\n";
            return;
        case Misbehaviour::merged_lines:
            replace(answer.body, "\r\nsl=100", "");
            replace(answer.body, "\r\nsessionuse=3", "\r\nsessionuse=3&sl=100");
            return;
        case Misbehaviour::status_rewritten:
            replace(answer.body, "status=REPLAYED_OTP", "status=OK");
            return;
        case Misbehaviour::earlier_answer:
            answer.body = earlier_body_;
            return;
        case Misbehaviour::endless:
            answer.body.append(65536, '\n');
            return;
        case Misbehaviour::garbage:
            answer.body = "<!DOCTYPE html>\n<title>status=OK</title>\n";
            return;
        case Misbehaviour::empty:
            answer.body.clear();
            return;
        case Misbehaviour::http_500:
            answer.status = 500;
            return;
        case Misbehaviour::redirect:
            answer.status = 302;
            return;
    }
}

}  // namespace rgw::mfa::testing
