/* Never linked: the sizes of the core's records on a core, read off the symbols (sizes.js). */
#include "g2t_codec.h"
#include "g2t_cobs.h"
#include "g2t_device.h"
#include "g2t_exchange.h"
#include "g2t_learner.h"
#include "g2t_session.h"

#define SIZE_OF(type) extern const uint8_t size_of_##type[sizeof(type)]; const uint8_t size_of_##type[sizeof(type)] = {0}

SIZE_OF(g2t_device);
SIZE_OF(g2t_config);
SIZE_OF(g2t_task);
SIZE_OF(g2t_quality);
SIZE_OF(g2t_spec);
SIZE_OF(g2t_work);
SIZE_OF(g2t_outgoing);
SIZE_OF(g2t_port);
SIZE_OF(g2t_setup);
SIZE_OF(g2t_cobs_sender);
SIZE_OF(g2t_cobs_receiver);
SIZE_OF(g2t_link);
SIZE_OF(g2t_session);
