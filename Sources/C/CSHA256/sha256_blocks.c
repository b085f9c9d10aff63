#include "sha256_blocks.h"
