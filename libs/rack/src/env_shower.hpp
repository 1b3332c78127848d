#pragma once

#include "env_lines.hpp"
#include "rgw/rack/env_rules.hpp"

namespace rgw::rack {

// Which values of a text are shown, entry by entry and in order. An upper-case NAME=value is a
// variable of its own, as the rack reads it; but once a hidden value stood before, a lower-case
// one is rather a line of it ("[client]", "password=…"), and where any value of the text has
// several lines nothing after the first hidden one is believed.
class EnvShower {
public:
    EnvShower(const EnvText& text, const EnvView& view)
        : view_(view),
          several_lines_(text.has_several_lines()),
          hidden_before_(!text.orphans.empty()) {}

    bool shows(const EnvEntry& entry) {
        const bool doubted = hidden_before_ && (several_lines_ || entry.has_lower);
        const bool shown = !doubted && !entry.has_several_lines() &&
                           view_.shows(entry.name, entry.value) && can_be_posted(entry);
        hidden_before_ = hidden_before_ || !shown;
        return shown;
    }

private:
    EnvView view_;
    bool several_lines_;
    bool hidden_before_;
};

}  // namespace rgw::rack
