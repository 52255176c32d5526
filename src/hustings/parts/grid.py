"""The grid of DESIGN.md section 3, in 48 kHz samples since the Unix epoch."""

SAMPLE_RATE_HZ = 48_000

PACKET_SAMPLES = 960
PART_PACKETS = 12
PART_SAMPLES = PACKET_SAMPLES * PART_PACKETS
"""240 ms: what the stage makes."""

FRAME_SAMPLES = 1024
BIT_RATE = 64_000
"""AAC-LC, mono."""

LL_PARTS = 4
LL_SAMPLES = LL_PARTS * PART_SAMPLES
LL_FRAMES = LL_SAMPLES // FRAME_SAMPLES
"""An LL-HLS part is 960 ms: four parts, 45 AAC frames."""

SEGMENT_LL_PARTS = 5
SEGMENT_PARTS = SEGMENT_LL_PARTS * LL_PARTS
"""A segment is 4.8 s: twenty parts."""

assert LL_FRAMES * FRAME_SAMPLES == LL_SAMPLES
