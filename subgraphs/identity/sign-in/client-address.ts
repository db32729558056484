import { BlockList } from 'node:net';

/** Loopback, link-local and private networks. */
const INSIDE = new BlockList();
for (const [network, bits] of [['127.0.0.0', 8], ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['169.254.0.0', 16], ['100.64.0.0', 10]] as const) INSIDE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [['::1', 128], ['fc00::', 7], ['fe80::', 10]] as const) INSIDE.addSubnet(network, bits, 'ipv6');

/**
 * The address that failures are counted by; null for one from inside, which is a proxy's or our own: behind it stand many,
 * and one who guesses must not lock out all of them.
 */
export function countedAddress(address: string | null): string | null {
  const bare = address?.replace(/^::ffff:/, '') ?? '';
  if (bare === '') return null;
  return INSIDE.check(bare, bare.includes(':') ? 'ipv6' : 'ipv4') ? null : bare;
}
