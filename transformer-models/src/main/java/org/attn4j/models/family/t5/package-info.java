/** T5 (Raffel et al. 2020), versions 1.0 and 1.1. */
package org.attn4j.models.family.t5;
