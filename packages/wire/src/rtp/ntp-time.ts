/** NTP time as RTCP uses it (RFC 3550 §4): seconds since 1900 in 32 bits, and a fraction of 32 bits. */

const SECONDS_FROM_1900_TO_1970 = 2_208_988_800

export interface NtpTime {
  seconds: number
  fraction: number
}

export function ntpTime(unixMs: number): NtpTime {
  const seconds = Math.floor(unixMs / 1000)
  const fraction = Math.floor(((unixMs - seconds * 1000) / 1000) * 2 ** 32)
  return { seconds: (seconds + SECONDS_FROM_1900_TO_1970) >>> 0, fraction: fraction >>> 0 }
}

/** The middle 32 bits: units of 1/65536 s, which wrap every 18 hours. */
export function middleOfNtp({ seconds, fraction }: NtpTime): number {
  return ((seconds << 16) | (fraction >>> 16)) >>> 0
}
