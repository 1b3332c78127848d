#include "chunked.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include "require.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

struct Decoded {
    std::string data;
    std::size_t taken = 0;
    bool done = false;
    bool refused = false;
};

Decoded decode(std::string_view bytes, std::size_t step, std::size_t room) {
    http::ChunkDecoder decoder;
    Decoded result;
    std::vector<char> out(room);
    while (result.taken < bytes.size() && !decoder.done()) {
        const std::string part(bytes.substr(result.taken, step));
        const auto progress = decoder.decode(part, out);
        if (!progress) {
            result.refused = true;
            return result;
        }
        require(progress->consumed <= part.size() && progress->produced <= room);
        require(progress->consumed > 0);  // or a reader would wait for ever
        result.data.append(out.data(), progress->produced);
        result.taken += progress->consumed;
    }
    result.done = decoder.done();
    return result;
}

}  // namespace

void chunked(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    const Decoded whole = decode(input, input.size() + 1, input.size() + 1);
    const Decoded pieces = decode(input, 1 + choice / 16U, 1 + choice % 16U);
    require(whole.refused == pieces.refused);
    require(whole.done == pieces.done);
    if (!whole.refused) {
        require(whole.data == pieces.data && whole.taken == pieces.taken);
        require(whole.data.size() <= input.size());
    }
}

}  // namespace rgw::fuzz
