#include "g2t_status.h"

const char *g2t_status_name(int status) {
  switch (status) {
    case G2T_OK: return "ok";
    case G2T_TOO_SHORT: return "too-short";
    case G2T_BAD_MAGIC: return "bad-magic";
    case G2T_BAD_VERSION: return "bad-version";
    case G2T_BAD_LENGTH: return "bad-length";
    case G2T_BAD_CRC: return "bad-crc";
    case G2T_BAD_TYPE: return "bad-type";
    case G2T_BAD_VALUE: return "bad-value";
    case G2T_WRONG_STATE: return "wrong-state";
    case G2T_WRONG_DEVICE: return "wrong-device";
    case G2T_UNKNOWN_TASK: return "unknown-task";
    case G2T_TOO_LONG: return "too-long";
    case G2T_NO_MEMORY: return "no-memory";
    case G2T_BAD_ENCODING: return "bad-encoding";
    default: return "unknown";
  }
}
