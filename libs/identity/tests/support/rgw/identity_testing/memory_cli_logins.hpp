#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "rgw/identity/cli_login_store.hpp"
#include "rgw/identity_testing/memory_stores.hpp"

namespace rgw::identity_testing {

class MemoryCliLoginStore final : public identity::CliLoginStore {
public:
    explicit MemoryCliLoginStore(MemoryUserStore& users) : users_(users) {}

    async::Task<Result<void>> create(identity::NewCliLogin made, Deadline) override {
        std::erase_if(rows, [&](const auto& entry) {
            return entry.second.login.expires_at < made.created_at - std::chrono::hours(1);
        });
        for (const auto& [hash, row] : rows) {
            if (made.user_code_hash && row.user_code_hash == made.user_code_hash) {
                co_return Errc::already_exists;
            }
        }
        rows[made.hash] = {.login = {.hash = made.hash,
                                     .flow = made.flow,
                                     .verifier_hash = made.verifier_hash,
                                     .machine = made.machine,
                                     .created_at = made.created_at,
                                     .expires_at = made.expires_at},
                           .user_code_hash = made.user_code_hash,
                           .exchange = made.exchange};
        co_return Result<void>();
    }

    async::Task<Result<std::optional<identity::CliLogin>>> find(std::string hash,
                                                                Deadline) override {
        const auto at = rows.find(hash);
        co_return at == rows.end() ? std::optional<identity::CliLogin>() : at->second.login;
    }

    async::Task<Result<std::optional<identity::CliLogin>>> find_by_user_code(std::string code_hash,
                                                                             Deadline) override {
        for (const auto& [hash, row] : rows) {
            if (row.user_code_hash == code_hash) {
                co_return std::optional(row.login);
            }
        }
        co_return std::optional<identity::CliLogin>();
    }

    async::Task<Result<std::optional<crypto::Sealed>>> take_exchange(std::string hash,
                                                                     Timestamp now,
                                                                     Deadline) override {
        const auto at = rows.find(hash);
        if (at == rows.end() || at->second.login.expires_at <= now) {
            co_return std::optional<crypto::Sealed>();
        }
        auto taken = std::exchange(at->second.exchange, std::nullopt);
        if (taken) {
            at->second.login.exchanged_at = now;
        }
        co_return taken;
    }

    async::Task<Result<void>> identify(std::string hash, User user, Timestamp, Deadline) override {
        if (const auto at = rows.find(hash); at != rows.end()) {
            at->second.login.user = user.id;
            at->second.login.email = user.email;
        }
        co_return Result<void>();
    }

    async::Task<Result<void>> fail(std::string hash, std::string told, Timestamp,
                                   Deadline) override {
        const auto at = rows.find(hash);
        if (at != rows.end() && is_open(at->second.login)) {
            at->second.login.error = std::move(told);
        }
        co_return Result<void>();
    }

    async::Task<Result<bool>> decide(identity::DecidedCliLogin decided, Deadline) override {
        const auto at = rows.find(decided.hash);
        if (at == rows.end() || !is_open(at->second.login) ||
            at->second.login.expires_at <= decided.at) {
            co_return false;
        }
        identity::CliLogin& login = at->second.login;
        const bool theirs = login.flow == identity::LoginFlow::device || login.user == decided.by;
        if (!theirs) {
            co_return false;
        }
        login.user = decided.by;
        login.mfa_verified_at = decided.mfa_verified_at;
        (decided.decision == identity::CliDecision::approved ? login.approved_at
                                                             : login.denied_at) = decided.at;
        co_return true;
    }

    async::Task<Result<std::optional<identity::PolledCliLogin>>> poll(std::string hash,
                                                                      Timestamp now,
                                                                      Deadline) override {
        const auto at = rows.find(hash);
        if (at == rows.end() || at->second.login.flow != identity::LoginFlow::device) {
            co_return std::optional<identity::PolledCliLogin>();
        }
        using Pace = identity::PolledCliLogin::Pace;
        Row& row = at->second;
        const bool too_fast = row.polled_at && now < *row.polled_at + row.interval;
        row.polled_at = now;
        row.interval += too_fast ? identity::device_poll_interval : std::chrono::seconds(0);
        co_return identity::PolledCliLogin{.login = row.login,
                                           .pace = too_fast ? Pace::too_fast : Pace::fine,
                                           .interval = row.interval};
    }

    async::Task<Result<std::optional<identity::TakenCliLogin>>> take(
        std::string hash, std::optional<std::string> verifier_hash, Timestamp now,
        Deadline) override {
        const auto at = rows.find(hash);
        if (at == rows.end() || !at->second.login.approved_at || !at->second.login.error.empty() ||
            at->second.login.expires_at <= now || at->second.login.verifier_hash != verifier_hash) {
            co_return std::optional<identity::TakenCliLogin>();
        }
        const auto user = std::ranges::find(users_.users, *at->second.login.user, &User::id);
        identity::TakenCliLogin taken{.login = at->second.login, .user = *user};
        rows.erase(at);
        co_return taken;
    }

    struct Row {
        identity::CliLogin login;
        std::optional<std::string> user_code_hash;
        std::optional<crypto::Sealed> exchange;
        std::optional<Timestamp> polled_at;
        std::chrono::seconds interval = identity::device_poll_interval;
    };
    std::map<std::string, Row> rows;  // by hash

private:
    static bool is_open(const identity::CliLogin& login) {
        return login.error.empty() && !login.approved_at && !login.denied_at;
    }

    MemoryUserStore& users_;
};

}  // namespace rgw::identity_testing
