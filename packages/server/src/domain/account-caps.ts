import type { Caps, FrequencyCap } from './preflight.ts'

/** Limits of an account's calls as they are set. Null: none; absent: the platform's default. */
export interface CapSettings {
  readonly frequency?: FrequencyCap | null | undefined
  /** Between two calls to one number. */
  readonly minutesBetweenCalls?: number | null | undefined
  readonly maxConcurrentCalls?: number | null | undefined
  readonly maxCountriesPerDay?: number | null | undefined
  readonly maxMinutesPerHour?: number | null | undefined
  readonly maxMinutesPerDay?: number | null | undefined
}

export function capsFrom(set: CapSettings | undefined, defaults: CapSettings): Caps {
  const has = <Name extends keyof CapSettings>(name: Name) => {
    const wanted: CapSettings[Name] = set?.[name] === undefined ? defaults[name] : set[name]
    return wanted ?? undefined
  }
  const minutes = has('minutesBetweenCalls')
  return {
    frequency: has('frequency'),
    furtherFrequency: minutes === undefined ? [] : [{ maxCalls: 1, hours: minutes / 60 }],
    maxConcurrentCalls: has('maxConcurrentCalls'),
    maxCountriesPerDay: has('maxCountriesPerDay'),
    maxMinutesPerHour: has('maxMinutesPerHour'),
    maxMinutesPerDay: has('maxMinutesPerDay'),
  }
}

/** Whether anything has to be counted, and whoever places a call waits for the one before. */
export function isCapped({ furtherFrequency = [], ...caps }: Caps): boolean {
  return furtherFrequency.length > 0 || Object.values(caps).some(cap => cap !== undefined)
}
