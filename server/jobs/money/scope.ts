/** Which properties a calculation is about, as its runs are kept by: `all`, or their ids with commas. */
export function scopeOf({ propertyIds }: { propertyIds?: readonly number[] | undefined }): string {
  return propertyIds === undefined ? 'all' : [...new Set(propertyIds)].sort((a, b) => a - b).join(',');
}

export function isInScope(scope: string, propertyId: number): boolean {
  return scope === 'all' || scope.split(',').includes(String(propertyId));
}
