#include "body_reader.hpp"

#include <algorithm>
#include <cstdint>

namespace rgw::http {

Result<std::size_t> take_body(InBuffer& in, BodyDecoder& body, std::span<char> into) {
    while (!body.done() && !in.rest().empty()) {
        const auto step = body.decode(in.rest(), into);
        if (!step) {
            return step.error();
        }
        in.consume(step->consumed);
        if (step->produced > 0) {
            return step->produced;
        }
    }
    return std::size_t{0};
}

async::Task<Result<std::size_t>> receive_body(Link& link, InBuffer& in, BodyDecoder& body,
                                              std::span<char> into,
                                              std::chrono::milliseconds limit) {
    while (!body.done()) {
        const std::uint64_t direct = body.direct();
        std::span<char> target = in.room();
        if (direct > 0) {
            target =
                into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), direct)));
        }
        const auto got = co_await link.receive(target, limit);
        if (!got) {
            co_return got;
        }
        if (*got == 0) {
            if (body.at_eof()) {
                break;
            }
            co_return Error(Errc::connection_closed, "the connection ended within a body");
        }
        if (direct > 0) {
            body.took(*got);
            co_return got;
        }
        in.received(*got);
        const Result<std::size_t> taken = take_body(in, body, into);
        if (!taken || *taken > 0) {
            co_return taken;
        }
    }
    co_return std::size_t{0};
}

}  // namespace rgw::http
