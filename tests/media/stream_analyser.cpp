#include "stream_analyser.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>

namespace wyvern::media {

namespace {

// Consecutive frames of one item.
struct Run {
  int clip;
  double from_s;
  double to_s;
  std::vector<int> numbers;
};

std::vector<Run> split(const SeenStream& stream, double frame_s) {
  std::vector<Run> runs;
  bool open = false;
  for (const auto& frame : stream.frames) {
    if (!frame.mark) {
      open = false;
      continue;
    }
    const bool goes_on =
        open && runs.back().clip == frame.mark->clip && frame.mark->number >= runs.back().numbers.back();
    if (!goes_on) runs.push_back({frame.mark->clip, frame.at_s, 0, {}});
    open = true;
    runs.back().numbers.push_back(frame.mark->number);
    runs.back().to_s = frame.at_s + frame_s;
  }
  return runs;
}

// Where the mark begins within 60 ms of `at`, in seconds; none when it is not there.
std::optional<double> find_tone(const SeenStream& stream, double at_s, const std::vector<float>& mark) {
  constexpr int reach = 48 * 60;
  const auto centre = static_cast<std::int64_t>(std::llround((at_s - stream.sound_from_s) * 48'000));
  const auto length = static_cast<std::int64_t>(mark.size());
  if (centre - reach < 0 || centre + reach + length > static_cast<std::int64_t>(stream.sound.size()))
    return std::nullopt;
  double mark_energy = 0;
  for (const float value : mark) mark_energy += static_cast<double>(value) * value;
  double best = 0;
  std::int64_t best_at = 0;
  for (std::int64_t shift = -reach; shift <= reach; ++shift) {
    const float* sound = stream.sound.data() + centre + shift;
    float product = 0;
    float energy = 0;
    for (std::int64_t i = 0; i < length; ++i) {
      product += sound[i] * mark[static_cast<std::size_t>(i)];
      energy += sound[i] * sound[i];
    }
    if (energy < mark_energy / 400) continue;
    const double likeness = product / std::sqrt(energy * mark_energy);
    if (likeness > best) {
      best = likeness;
      best_at = centre + shift;
    }
  }
  if (best < 0.5) return std::nullopt;
  return stream.sound_from_s + static_cast<double>(best_at) / 48'000;
}

class Analysis {
 public:
  Analysis(const SeenStream& stream, const std::vector<ExpectedItem>& items, double rate)
      : stream_(stream), rate_(rate) {
    for (const auto& item : items) items_[item.clip.id] = &item;
  }

  StreamReport run() {
    stamps();
    const auto runs = split(stream_, 1 / rate_);
    for (std::size_t i = 1; i + 1 < runs.size(); ++i) frames(runs[i]);
    for (const auto& run : runs) sound(run, &run == runs.data());
    return report_;
  }

 private:
  void finding(double at_s, const std::string& text) {
    if (report_.findings.size() >= 50) return;
    std::ostringstream line;
    line.precision(3);
    line << std::fixed << at_s << " s: " << text;
    report_.findings.push_back(line.str());
  }

  void stamps() {
    for (std::size_t i = 0; i < stream_.frames.size(); ++i) {
      ++report_.frames;
      if (!stream_.frames[i].mark) ++report_.unmarked;
      if (i == 0) continue;
      const double step = stream_.frames[i].at_s - stream_.frames[i - 1].at_s;
      if (std::abs(step - 1 / rate_) <= 50e-6) continue;
      ++report_.irregular;
      finding(stream_.frames[i].at_s, "the stamp is " + std::to_string(step * 1000) + " ms after the one before");
    }
  }

  void frames(const Run& run) {
    const auto found = items_.find(run.clip);
    if (found == items_.end()) return;
    ++report_.items;
    std::map<int, int> balance;
    for (const int number : expected_frames(*found->second, rate_)) ++balance[number];
    for (const int number : run.numbers) --balance[number];
    for (const auto& [number, count] : balance) {
      if (count == 0) continue;
      (count > 0 ? report_.lost : report_.doubled) += std::abs(count);
      finding(run.from_s, "clip " + std::to_string(run.clip) + ": frame " + std::to_string(number) +
                              (count > 0 ? " is missing " : " is too often there ") + std::to_string(std::abs(count)) +
                              " times");
    }
  }

  void sound(const Run& run, bool joined) {
    const auto found = items_.find(run.clip);
    if (found == items_.end() || found->second->clip.audio_ms == 0) return;
    const ClipSpec& clip = found->second->clip;
    // The in point; of a run that was joined in its middle, the first new frame: how often the one before it had been
    // shown already, nobody saw.
    const auto shown = expected_frames(*found->second, rate_);
    std::size_t first = 0;
    if (joined)
      while (first < run.numbers.size() && run.numbers[first] == run.numbers.front()) ++first;
    if (first == run.numbers.size()) return;
    const auto at = std::find(shown.begin(), shown.end(), run.numbers[first]);
    if (at == shown.end()) return;
    const double from_clip_s =
        found->second->in_s + static_cast<double>(at - shown.begin() - static_cast<std::ptrdiff_t>(first)) / rate_;
    const auto mark = tone_mark(48'000);
    for (int k = 0;; ++k) {
      const double tone_s = first_tone_s + k * tone_distance_s;
      const double due_s = run.from_s + tone_s - from_clip_s;
      if (tone_s + 0.02 > clip.audio_ms / 1000.0 || due_s + 0.02 > run.to_s) break;
      if (due_s < run.from_s) continue;
      if (const auto heard = find_tone(stream_, due_s, mark)) {
        report_.sound_offsets_ms.push_back((*heard - due_s) * 1000);
        if (std::abs(report_.sound_offsets_ms.back()) > 5)
          finding(due_s, "clip " + std::to_string(run.clip) + ": its sound is off by " +
                             std::to_string(report_.sound_offsets_ms.back()) + " ms");
      } else if (due_s > stream_.sound_from_s + 0.1 &&
                 due_s + 0.1 < stream_.sound_from_s + static_cast<double>(stream_.sound.size()) / 48'000) {
        report_.sound_offsets_ms.push_back(1000);
        finding(due_s, "clip " + std::to_string(run.clip) + ": its sound is not there");
      }
    }
  }

  const SeenStream& stream_;
  const double rate_;
  std::map<int, const ExpectedItem*> items_;
  StreamReport report_;
};

}  // namespace

double StreamReport::least_offset_ms() const {
  return sound_offsets_ms.empty() ? 0 : *std::min_element(sound_offsets_ms.begin(), sound_offsets_ms.end());
}

double StreamReport::greatest_offset_ms() const {
  return sound_offsets_ms.empty() ? 0 : *std::max_element(sound_offsets_ms.begin(), sound_offsets_ms.end());
}

std::string StreamReport::text() const {
  std::ostringstream out;
  out.precision(2);
  out << std::fixed << frames << " frames, " << items << " whole items: lost " << lost << ", doubled " << doubled
      << ", irregular stamps " << irregular << ", unmarked " << unmarked << "; sound behind picture "
      << least_offset_ms() << " to " << greatest_offset_ms() << " ms over " << sound_offsets_ms.size() << " marks\n";
  for (const auto& line : findings) out << "  " << line << "\n";
  return out.str();
}

std::vector<int> expected_frames(const ExpectedItem& item, double house_rate) {
  const double source = item.clip.rate();
  const double clip_end = item.clip.frames / source;
  const double end = item.out_s < 0 ? clip_end : std::min(item.out_s, clip_end);
  const auto length = static_cast<int>(std::lround((end - item.in_s) * house_rate));
  constexpr double tolerance_s = 0.0015;
  std::map<int, int> first_due;
  for (int number = 0; number < item.clip.frames; ++number) {
    const auto index = static_cast<int>(std::floor((number / source - item.in_s + tolerance_s) * house_rate));
    if (index < 0)
      first_due[-1] = number;  // the newest one before the in point
    else
      first_due.try_emplace(index, number);
  }
  std::vector<int> shown;
  for (int index = 0; index < length; ++index) {
    auto due = first_due.upper_bound(index);
    if (due != first_due.begin()) shown.push_back(std::prev(due)->second);
  }
  return shown;
}

StreamReport analyse(const SeenStream& stream, const std::vector<ExpectedItem>& items, int rate_num, int rate_den) {
  return Analysis(stream, items, static_cast<double>(rate_num) / rate_den).run();
}

}  // namespace wyvern::media
