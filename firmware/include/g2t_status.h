#ifndef G2T_STATUS_H
#define G2T_STATUS_H

/* What a call answers: 0 good, negative an error of the world. The numbers are part of the host's interface. */
typedef enum {
  G2T_OK = 0,
  G2T_TOO_SHORT = -1,     /* fewer bytes than a header, or than the header says */
  G2T_BAD_MAGIC = -2,     /* the first two bytes are not a frame's */
  G2T_BAD_VERSION = -3,   /* another version of the frame format */
  G2T_BAD_LENGTH = -4,    /* the payload's length does not suit its type */
  G2T_BAD_CRC = -5,       /* the checksum differs */
  G2T_BAD_TYPE = -6,      /* no such type, or not one that a device receives */
  G2T_BAD_VALUE = -7,     /* a field out of its range, or an output too small */
  G2T_WRONG_STATE = -8,   /* known, but not now: a TASK before CONFIG, an ORDER before the rows are whole */
  G2T_WRONG_DEVICE = -9,  /* addressed to another device */
  G2T_UNKNOWN_TASK = -10, /* rows or orders of a task that is not the current one: late, harmless */
  G2T_TOO_LONG = -11,     /* longer than the receive buffer */
  G2T_NO_MEMORY = -12,    /* the port gave no memory although the budget allows it */
  G2T_BAD_ENCODING = -13  /* encoded weights that no encoder writes */
} g2t_status;

/* The status as a lower-case word with hyphens; "unknown" for any other number. */
const char *g2t_status_name(int status);

#endif
