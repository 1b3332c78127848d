#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "body_decoder.hpp"
#include "upstream_pool.hpp"

namespace rgw::http {

class PooledCall final : public UpstreamCall {
public:
    PooledCall(std::shared_ptr<UpstreamPool> pool, OutRequest request);
    ~PooledCall() override;

    // Takes an idle connection and sends the request when it has no body. False: go on with
    // start().
    Result<bool> start_now();
    async::Task<Result<void>> start(Deadline deadline);

    async::Task<Result<void>> write_body(std::span<const char> bytes) override;
    async::Task<Result<void>> finish_body() override;
    async::Task<Result<ResponseHead>> read_head(std::chrono::milliseconds limit) override;
    async::Task<Result<std::size_t>> read_body(std::span<char> into,
                                               std::chrono::milliseconds idle_limit) override;
    void abort() override;

private:
    static constexpr HeadLimits response_limits{64UL * 1024, 256};

    async::Task<Result<void>> send(Pieces rest);
    async::Task<Result<void>> renew(Deadline deadline);
    async::Task<Result<void>> resend();
    async::Task<Result<void>> receive_head();
    Result<bool> receive_head_now();
    Result<void> take_head(std::optional<ResponseHead>& out);
    bool takes_a_byte(Pieces& pieces);
    [[nodiscard]] bool may_send_again(const Error& error) const;
    [[nodiscard]] bool is_reusable() const;
    void end_request();

    std::shared_ptr<UpstreamPool> pool_;
    OutRequest request_;
    std::unique_ptr<CallWork> work_;
    std::unique_ptr<UpstreamConnection> connection_;
    std::uint64_t body_left_;  // of a request with a length
    Pieces unsent_;            // the head, or what is left of it
    bool touched_ = false;     // the connection has taken a byte of the head
    bool stale_ = false;       // it was closed before it took one
    IoStatus head_wants_ = IoStatus::want_read;
    bool request_done_ = false;
    bool waits_for_head_ = false;
    bool aborted_ = false;
    bool head_read_ = false;
    bool keep_alive_ = false;
    std::chrono::milliseconds head_limit_{};
    BodyDecoder body_;
};

}  // namespace rgw::http
