/** Who sees whom: masks that are composed as descriptions and made into numbers once. */
package org.attn4j.attention.mask;
