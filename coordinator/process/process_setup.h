#pragma once

namespace fanfetch {

/// Mends what a careless parent may have left: closed standard descriptors, ignored signals, low
/// limits of descriptors. Nothing that this process holds gets into a core dump. Call first.
void put_process_in_order();

}  // namespace fanfetch
